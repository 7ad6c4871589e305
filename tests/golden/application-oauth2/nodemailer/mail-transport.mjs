// Written by Mailwright (nodemailer). Changes made here are lost: your own lines go into the option extra.
// import { transport, defaults } from "./mail-transport.mjs"; nodemailer.createTransport(transport, defaults)
export const transport = {
  host: "smtp.gmail.com",
  port: 465,
  secure: true,
  requireTLS: false,
  ignoreTLS: false,
  auth: {
    type: "OAuth2",
    user: "me@gmail.com",
    clientId: "1234-abc.apps.googleusercontent.com",
    clientSecret: process.env.SHOP_CLIENT_SECRET,
    refreshToken: process.env.SMTP_REFRESH_TOKEN,
    accessUrl: "https://oauth2.googleapis.com/token",
  },
};
export const defaults = { from: { name: "Me Example", address: "me@gmail.com" } };
