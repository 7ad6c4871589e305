// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "127.0.0.1",
  port: 1025,
  secure: false,
  requireTLS: false,
  ignoreTLS: true,
  auth: { user: "ada@contoso.example", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: { name: "Ada Lovelace", address: "ada@contoso.example" } };
