<?php
// {{ mark|safe }} (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => {{ sender.host_in_url()|php }},
  'mail_smtpport' => {{ sender.server.port.value }},
  'mail_smtpsecure' => {% if ssl %}'ssl'{% else %}''{% endif %},
  'mail_smtpauth' => {{ sender.login.is_some() }},
{%- if let Some(login) = sender.login %}
  'mail_smtpname' => {{ login|php }},
  // mail_smtppassword comes from {{ sender.variable|word }} in the environment. Here Nextcloud would copy it into config.php.
{%- endif %}
  'mail_from_address' => {{ local|php }},
  'mail_domain' => {{ domain|php }},
{%- if let Some(extra) = extra %}
{{ extra|verbatim }}
{%- endif %}
];

