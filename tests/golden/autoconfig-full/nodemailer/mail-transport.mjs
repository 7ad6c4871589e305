// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "smtp.analytical.example",
  port: 465,
  secure: true,
  requireTLS: false,
  ignoreTLS: false,
  auth: { user: "ada@analytical.example", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: "ada@analytical.example" };
