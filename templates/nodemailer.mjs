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
  auth: { user: {{ login|mjs }}, pass: process.env.{{ sender.variable|word }} },
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

