// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "mail.office.example",
  port: 587,
  secure: false,
  requireTLS: true,
  ignoreTLS: false,
  auth: { user: "OFFICE\\zoe;1", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: { name: "Zoë \"Zo\" O'Neil", address: "zoe@office.example" } };
