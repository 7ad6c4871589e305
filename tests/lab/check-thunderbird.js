// Runs inside Thunderbird (chrome context) for check-thunderbird.py. arguments: [request, done].
const [request, done] = arguments;
const load = name => ChromeUtils.importESModule(`resource:///modules/${name}.sys.mjs`);
const { JXON } = load("JXON");
const { MailServices } = load("MailServices");
const { readFromXML } = load("accountcreation/readFromXML");
const { AccountConfig } = load("accountcreation/AccountConfig");
const { CreateInBackend } = load("accountcreation/CreateInBackend");
const { ConfigVerifier } = load("accountcreation/ConfigVerifier");
const { FindConfig } = load("accountcreation/FindConfig");

const consoleLog = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage);
const socketNames = { 0: "plain", 2: "STARTTLS", 3: "SSL" };
const authNames = { 1: "none", 3: "password-cleartext", 4: "password-encrypted", 5: "GSSAPI", 6: "NTLM", 8: "secure", 10: "OAuth2" };

function named(server) {
  return { ...server, socketTypeName: socketNames[server.socketType], authName: authNames[server.auth] };
}

function shown(config) {
  return {
    ...config,
    incoming: named(config.incoming),
    incomingAlternatives: config.incomingAlternatives.map(named),
    outgoing: named(config.outgoing),
    outgoingAlternatives: config.outgoingAlternatives.map(named),
  };
}

// The reader of Autodiscover's answers, which its module keeps for itself: Thunderbird's own lines, run as they are.
async function readerOfAutodiscover() {
  const source = await (await fetch("resource:///modules/accountcreation/ExchangeAutoDiscover.sys.mjs")).text();
  const start = source.indexOf("function readAutoDiscoverXML(");
  const end = source.indexOf("\n}\n", start);
  if (start < 0 || end < 0) {
    throw new Error("this Thunderbird has no readAutoDiscoverXML");
  }
  const { InputSanitizer } = load("accountcreation/InputSanitizer");
  const sandbox = Cu.Sandbox(Services.scriptSecurityManager.getSystemPrincipal(), { wantGlobalProperties: ["URL"] });
  Object.assign(sandbox, { Ci, console, lazy: { AccountConfig, InputSanitizer, l10n: { formatValueSync: id => id } } });
  return Cu.evalInSandbox(`${source.slice(start, end + 3)};readAutoDiscoverXML`, sandbox);
}

async function parse(item) {
  const doc = new DOMParser().parseFromString(item.xml, "text/xml");
  const broken = doc.getElementsByTagName("parsererror")[0];
  if (broken) {
    throw new Error(`not well-formed: ${broken.textContent}`);
  }
  const count = name => doc.getElementsByTagName(name).length;
  if (doc.documentElement.localName == "Autodiscover") {
    const config = (await readerOfAutodiscover())(JXON.build(doc), item.email);
    const servers = [config.incoming, ...config.incomingAlternatives, config.outgoing, ...config.outgoingAlternatives];
    return {
      config,
      elements: count("*"),
      dropped: { Protocol: count("Protocol") - servers.filter(s => s.hostname).length },
    };
  }
  const config = readFromXML(JXON.build(doc), "lab");
  return {
    config,
    // How many elements the document has: one more than a harmless value leads to would be an injected one.
    elements: count("*"),
    // Thunderbird drops a server that it cannot use without a word, as long as one is left.
    dropped: {
      incomingServer: count("incomingServer") - 1 - config.incomingAlternatives.length,
      outgoingServer: count("outgoingServer") - 1 - config.outgoingAlternatives.length,
      domain: count("domain") - config.domains.length,
    },
  };
}

// What Thunderbird asked of web servers, with the answers' statuses; 0 for no answer.
const asked = [];
Services.obs.addObserver({
  observe(subject) {
    const channel = subject.QueryInterface(Ci.nsIHttpChannel);
    let authorization = "";
    try {
      authorization = channel.getRequestHeader("Authorization").split(" ")[0];
    } catch {}
    asked.push({ method: channel.requestMethod, url: channel.URI.spec, status: channel.responseStatus, authorization });
  },
}, "http-on-examine-response");

// Thunderbird's own search. Who is asked whether the password may go to another domain says yes.
async function search(item) {
  const signal = new AbortController().signal;
  const steps = FindConfig.parallelAutoDiscovery(item.email.split("@")[1], item.email, signal, request.password);
  let redirect = null;
  let step = await steps.next();
  if (!step.done) {
    redirect = step.value.host;
    step = await steps.next({ acceptRedirect: true });
  }
  if (!step.value) {
    throw new Error("nothing found");
  }
  return { config: step.value, redirect };
}

// All searches at once, apart from those that need preferences of their own.
async function searches(items) {
  const rounds = new Map();
  for (const item of items) {
    const key = JSON.stringify(item.prefs ?? {});
    rounds.set(key, [...(rounds.get(key) ?? []), item]);
  }
  const found = new Map();
  for (const [key, round] of rounds) {
    const prefs = Object.entries(JSON.parse(key));
    prefs.forEach(([name, value]) => Services.prefs.setBoolPref(name, value));
    const results = await Promise.allSettled(round.map(search));
    round.forEach((item, n) => found.set(item, results[n]));
    prefs.forEach(([name]) => Services.prefs.clearUserPref(name));
  }
  return found;
}

function listener(resolve, reject) {
  return {
    QueryInterface: ChromeUtils.generateQI(["nsIUrlListener", "nsIMsgSendListener"]),
    OnStartRunningUrl() {},
    OnStopRunningUrl(url, status) {
      Components.isSuccessCode(status) ? resolve() : reject(new Error(`${url?.errorMessage || "failed"} (0x${status.toString(16)})`));
    },
    onStartSending() {}, onSendProgress() {}, onStatus() {}, onGetDraftFolderURI() {}, onTransportSecurityError() {},
    onSendNotPerformed() { reject(new Error("not sent")); },
    onStopSending(id, status, text) {
      Components.isSuccessCode(status) ? resolve() : reject(new Error(`${text || "not sent"} (0x${status.toString(16)})`));
    },
  };
}

// Sends a message to the account itself and fetches it again.
async function roundTrip(config, account, subject) {
  const server = account.incomingServer;
  const identity = account.defaultIdentity;
  const file = Services.dirsvc.get("TmpD", Ci.nsIFile);
  file.append(`lab-${Date.now()}.eml`);
  await IOUtils.writeUTF8(file.path, [
    `From: ${identity.email}`, `To: ${identity.email}`, `Subject: ${subject}`, "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8", "", "sent by Thunderbird", ""].join("\r\n"));
  const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
  fields.from = fields.to = identity.email;
  fields.fcc = "nocopy://";
  const send = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
  await new Promise((resolve, reject) => send.sendMessageFile(identity, account.key, fields, file, false, false,
    Ci.nsIMsgSend.nsMsgDeliverNow, null, listener(resolve, reject), config.outgoing.password ?? ""));

  // An IMAP folder has to be listed first.
  const seen = [];
  for (let tries = 0; tries < 50; tries++) {
    server.performExpand(null);
    const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
    if (inbox) {
      await new Promise((resolve, reject) =>
        server.type == "pop3"
          ? MailServices.pop3.GetNewMail(null, listener(resolve, reject), inbox, server)
          : inbox.QueryInterface(Ci.nsIMsgImapMailFolder).updateFolderWithListener(null, listener(resolve, reject)));
      seen.splice(0, Infinity, ...[...inbox.messages].map(m => m.mime2DecodedSubject));
      if (seen.includes(subject)) {
        break;
      }
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  const folders = server.rootFolder.descendants.map(f => f.URI);
  if (!seen.includes(subject)) {
    throw new Error(`sent, but not found in the inbox: ${JSON.stringify({ seen, folders })}`);
  }
  return { sentAndFetched: subject, folders };
}

async function one(item, looked) {
  consoleLog.clearEvents();
  const result = { file: item.file, email: item.email, ok: false };
  try {
    if (looked?.status == "rejected") {
      throw looked.reason;
    }
    const found = looked?.value ?? (await parse(item));
    const config = found.config;
    AccountConfig.replaceVariables(config, request.realname, item.email, request.password || undefined);
    Object.assign(result, { summary: config.toString().split("\n"), dropped: found.dropped, elements: found.elements, redirect: found.redirect, config: shown(config) });
    if (request.mode == "login" || item.login) {
      const window = Cc["@mozilla.org/messenger/msgwindow;1"].createInstance(Ci.nsIMsgWindow);
      await new ConfigVerifier(window, new AbortController().signal).verifyConfig(config, false);
      result.loggedIn =
        `${config.incoming.type}://${config.incoming.username}@${config.incoming.hostname}:${config.incoming.port}`;
      const account = await CreateInBackend.createAccountInBackend(config);
      Object.assign(result, await roundTrip(config, account, item.subject ?? request.subject));
    }
    result.ok = true;
  } catch (e) {
    result.error = String(e?.message ?? e);
    result.stack = String(e?.stack ?? "").split("\n").slice(0, 4);
  }
  // What the parser swallowed.
  result.console = consoleLog.getEvents()
    .filter(event => ["error", "warn"].includes(event.level))
    .map(event => event.arguments.map(a => String(a?.message ?? a)).join(" "));
  return result;
}

(async () => {
  // Nobody is there to answer a dialog.
  Services.prefs.setBoolPref("mail.biff.show_alert", false);
  // The lab has no network but its own: no question to Thunderbird's own data base.
  if (request.ca) {
    Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(request.ca, "CT,C,C");
  }
  const results = [];
  const found = request.mode == "find" ? await searches(request.items) : new Map();
  for (const item of request.items) {
    results.push(await one(item, found.get(item)));
  }
  if (request.mode == "find") {
    results.push({ ok: true, asked });
  }
  return JSON.stringify(results);
})().then(done, e => done(JSON.stringify([{ ok: false, error: String(e), stack: String(e.stack) }])));
