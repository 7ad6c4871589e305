# Written by Mailwright (django). Changes made here are lost: your own lines go into the option extra.
# At the end of settings.py: from .mail_settings import *
import os

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "::1"
EMAIL_PORT = 2525
EMAIL_HOST_USER = ""
EMAIL_HOST_PASSWORD = ""
EMAIL_USE_TLS = False
EMAIL_USE_SSL = False
DEFAULT_FROM_EMAIL = "\"O'Neil, \\\"The\\\" {{Relay}} %(x)s\" <o'neil+{{x}}@example.test>"
SERVER_EMAIL = "o'neil+{{x}}@example.test"
