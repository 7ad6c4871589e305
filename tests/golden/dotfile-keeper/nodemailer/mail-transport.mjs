// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "smtp.example.test",
  port: 587,
  secure: false,
  requireTLS: true,
  ignoreTLS: false,
  auth: { user: "alice@example.test", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: { name: "Me Example", address: "alice@example.test" } };
