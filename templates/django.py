# {{ mark|safe }} (django). Changes made here are lost: your own lines go into the option extra.
# At the end of settings.py: from .mail_settings import *
import os

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = {{ sender.host()|py }}
EMAIL_PORT = {{ sender.server.port.value }}
{%- if let Some(login) = sender.login %}
# Every command of manage.py needs {{ sender.variable|word }}: without a password Django would send without a login.
EMAIL_HOST_USER = {{ login|smtplib }}
EMAIL_HOST_PASSWORD = os.environ["{{ sender.variable|word }}"]
{%- else %}
EMAIL_HOST_USER = ""
EMAIL_HOST_PASSWORD = ""
{%- endif %}
EMAIL_USE_TLS = {% if tls %}True{% else %}False{% endif %}
EMAIL_USE_SSL = {% if ssl %}True{% else %}False{% endif %}
DEFAULT_FROM_EMAIL = {{ sender.mailbox()|py }}
SERVER_EMAIL = {{ sender.from|py }}
{%- if let Some(extra) = extra %}
{{ extra|verbatim }}
{%- endif %}

