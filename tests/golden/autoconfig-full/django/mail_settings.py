# Written by Mailwright (django). Changes made here are lost: your own lines go into the option extra.
# At the end of settings.py: from .mail_settings import *
import os

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "smtp.analytical.example"
EMAIL_PORT = 465
# Every command of manage.py needs EMAIL_HOST_PASSWORD: without a password Django would send without a login.
EMAIL_HOST_USER = "ada@analytical.example"
EMAIL_HOST_PASSWORD = os.environ["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = False
EMAIL_USE_SSL = True
DEFAULT_FROM_EMAIL = "ada@analytical.example"
SERVER_EMAIL = "ada@analytical.example"
