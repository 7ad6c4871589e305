# Written by Mailwright (django). Changes made here are lost: your own lines go into the option extra.
# At the end of settings.py: from .mail_settings import *
import os

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "mail.office.example"
EMAIL_PORT = 587
# Every command of manage.py needs EMAIL_HOST_PASSWORD: without a password Django would send without a login.
EMAIL_HOST_USER = "OFFICE\\zoe;1"
EMAIL_HOST_PASSWORD = os.environ["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = True
EMAIL_USE_SSL = False
DEFAULT_FROM_EMAIL = "\"Zoë \\\"Zo\\\" O'Neil\" <zoe@office.example>"
SERVER_EMAIL = "zoe@office.example"
