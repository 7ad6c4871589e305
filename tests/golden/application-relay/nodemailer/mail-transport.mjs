// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "smtp.example.test",
  port: 2465,
  secure: true,
  requireTLS: false,
  ignoreTLS: false,
  authMethod: "LOGIN",
  auth: { user: "alice@example.test", pass: process.env.SMTP_PASSWORD },
};
export const defaults = { from: "alice@example.test" };
