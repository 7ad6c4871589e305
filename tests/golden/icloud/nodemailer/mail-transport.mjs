// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "smtp.mail.me.com",
  port: 587,
  secure: false,
  requireTLS: true,
  ignoreTLS: false,
  auth: { user: "ada.lovelace@icloud.com", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: { name: "Ada Lovelace", address: "ada.lovelace@icloud.com" } };
