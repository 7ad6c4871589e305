# {{ mark|safe }} (rails). Changes made here are lost: your own lines go into the option extra.
ActiveSupport.on_load(:action_mailer) do
  self.smtp_settings = {
    address: {{ sender.host()|rb }},
    port: {{ sender.server.port.value }},
{%- if let Some(login) = sender.login %}
    user_name: {{ login|rb }},
    password: ENV["{{ sender.variable|word }}"],
    authentication: :{{ method|word }},
{%- endif %}
    tls: {{ tls }},
    enable_starttls: {{ starttls }},
    enable_starttls_auto: false,
    openssl_verify_mode: "peer"
  }
  default from: {{ sender.mailbox()|rb }}
end
{%- if let Some(extra) = extra %}
{{ extra|verbatim }}
{%- endif %}

