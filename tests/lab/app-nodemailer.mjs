// What Nodemailer understands of a module: app-nodemailer.mjs FOLDER FILE... prints a JSON list, with the package in
// FOLDER/node_modules; app-nodemailer.mjs FOLDER --send FILE TO SUBJECT sends. PACKAGE in the environment names it.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const [folder, ...rest] = process.argv.slice(2);
const require = createRequire(pathToFileURL(resolve(folder, "x.js")));
const name = process.env.PACKAGE || "nodemailer";
const nodemailer = require(name);
const SMTPConnection = require(`${name}/lib/smtp-connection`);
const parse = require(`${name}/lib/addressparser`);

async function facts(file) {
  const { transport, defaults } = await import(pathToFileURL(resolve(file)).href);
  const options = nodemailer.createTransport(transport, defaults).transporter.options;
  const connection = new SMTPConnection(options);
  const tls = connection.secureConnection ? "implicit" : options.requireTLS ? "starttls" : options.ignoreTLS ? "none" : "optional";
  const sent = await nodemailer.createTransport({ streamTransport: true, buffer: true }, defaults)
    .sendMail({ to: "x@example.test", subject: "s", text: "b" });
  const header = /^From:[ \t]*(.*(?:\r\n[ \t].*)*)/m.exec(sent.message.toString())[1].replace(/\r\n/g, "");
  return {
    host: connection.host, port: connection.port, tls, user: options.auth?.user ?? null, password: options.auth?.pass ?? options.auth?.refreshToken ?? null,
    oauth2: options.auth?.type === "OAuth2" ? [options.auth.clientId, options.auth.clientSecret, options.auth.accessUrl] : null,
    from: sent.envelope.from, header, name: defaults.from.name ?? null, mechanism: options.authMethod ?? null,
    address: parse(header)[0].address, errors: [],
  };
}

if (rest[0] === "--send") {
  const { transport, defaults } = await import(pathToFileURL(resolve(rest[1])).href);
  await nodemailer.createTransport(transport, defaults).sendMail({ to: rest[2], subject: rest[3], text: "sent by Nodemailer\n" });
} else {
  const all = [];
  for (const file of rest) all.push(await facts(file));
  console.log(JSON.stringify(all));
}
