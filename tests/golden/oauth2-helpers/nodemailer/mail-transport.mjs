// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "localhost",
  port: 2465,
  secure: false,
  requireTLS: false,
  ignoreTLS: true,
  auth: { user: "ada@gmail.com", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: "ada@gmail.com" };
