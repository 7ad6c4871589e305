// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "smtp.gmail.com",
  port: 587,
  secure: false,
  requireTLS: true,
  ignoreTLS: false,
  authMethod: "PLAIN",
  auth: { user: "me@gmail.com", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: { name: "Me Example", address: "me@gmail.com" } };
