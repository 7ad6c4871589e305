// {{ mark|safe }} (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: {{ sender.host()|mjs }},
  port: {{ sender.server.port.value }},
  secure: {{ tls == Tls::Implicit }},
  requireTLS: {{ tls == Tls::StartTls }},
  ignoreTLS: {{ tls == Tls::None }},
{%- if let Some(login) = sender.login %}
{%- if let Some(method) = method %}
  authMethod: "{{ method|word }}",
{%- endif %}
{%- if let Some(oauth2) = sender.oauth2 %}
  auth: {
    type: "OAuth2",
    user: {{ login|mjs }},
    clientId: {{ oauth2.client_id|mjs }},
{%- if let Some(secret) = oauth2.client_secret %}
    clientSecret: process.env.{{ secret|word }},
{%- endif %}
    refreshToken: process.env.{{ sender.variable|word }},
    accessUrl: {{ oauth2.token_url|mjs }},
  },
{%- else %}
  auth: { user: {{ login|mjs }}, pass: process.env.{{ sender.variable|word }} },
{%- endif %}
{%- endif %}
};
{%- if let Some(name) = sender.name %}
export const defaults = { from: { name: {{ name|mjs }}, address: {{ sender.from|mjs }} } };
{%- else %}
export const defaults = { from: {{ sender.from|mjs }} };
{%- endif %}
{%- if let Some(extra) = extra %}
{{ extra|verbatim }}
{%- endif %}

