// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "::1",
  port: 2525,
  secure: false,
  requireTLS: false,
  ignoreTLS: true,
};
export const defaults = { from: { name: "O'Neil, \"The\" {{Relay}} %(x)s", address: "o'neil+{{x}}@example.test" } };
