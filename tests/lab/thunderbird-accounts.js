// Runs inside Thunderbird (chrome context) for thunderbird-accounts.py. arguments: [request, done].
const [request, done] = arguments;
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { OAuth2Providers } = ChromeUtils.importESModule("resource:///modules/OAuth2Providers.sys.mjs");

// What Thunderbird makes of its preferences.
function shown() {
  const outgoing = MailServices.outgoingServer;
  const known = server => !!OAuth2Providers.getHostnameDetails(server.hostname ?? server.serverURI.host, server.type);
  return {
    profile: Services.dirsvc.get("ProfD", Ci.nsIFile).leafName,
    defaultAccount: MailServices.accounts.defaultAccount?.key ?? null,
    defaultOutgoing: outgoing.defaultServer?.key ?? null,
    accounts: MailServices.accounts.accounts.map(account => {
      const server = account.incomingServer;
      return {
        key: account.key, type: server.type, host: server.hostname, port: server.port, socketType: server.socketType,
        authMethod: server.authMethod, user: server.username, name: server.prettyName, uri: server.serverURI,
        path: server.localPath.path, loginAtStartup: server.loginAtStartUp, knownOAuth2: known(server),
        trash: server.type == "imap" ? server.QueryInterface(Ci.nsIImapIncomingServer).trashFolderName : null,
        leave: server.type == "pop3" ? server.QueryInterface(Ci.nsIPop3IncomingServer).leaveMessagesOnServer : null,
        identities: account.identities.map(identity => ({
          key: identity.key, address: identity.email, name: identity.fullName, replyTo: identity.replyTo ?? "",
          outgoing: identity.smtpServerKey, fcc: identity.doFcc, sent: identity.fccFolderURI, drafts: identity.draftsFolderURI,
          archive: identity.archivesFolderURI, archiveYears: identity.archiveGranularity,
          signature: identity.htmlSigText, signatureIsHtml: identity.htmlSigFormat,
          signatureFile: identity.attachSignature ? identity.signature?.path ?? null : null,
          pgpKey: identity.getUnicharAttribute("openpgp_key_id"), sign: identity.signMail,
          encrypt: identity.encryptionPolicy, technology: identity.getIntAttribute("e2etechpref"),
        })),
      };
    }),
    outgoing: outgoing.servers.map(server => server.QueryInterface(Ci.nsISmtpServer)).map(server => ({
      key: server.key, type: server.type, host: server.hostname, port: server.port, socketType: server.socketType,
      authMethod: server.authMethod, user: server.username, knownOAuth2: known(server),
    })),
    list: Services.prefs.getStringPref("mail.accountmanager.accounts", ""),
  };
}

// What the parser that reads user.js reads in a text, and its complaints.
function read(text) {
  const errors = [], prefs = [];
  // A string comes as its bytes.
  const decoded = value => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(value, c => c.charCodeAt(0)));
  const found = (kind, name, value) => prefs.push([name, typeof value == "string" ? decoded(value) : value]);
  Services.prefs.parsePrefsFromBuffer(new TextEncoder().encode(text), {
    onStringPref: found, onIntPref: found, onBoolPref: found, onError: message => errors.push(message),
  }, "user.js");
  return { errors, prefs };
}

function add() {
  const server = MailServices.accounts.createIncomingServer("own@hand.test", "imap.hand.test", "imap");
  const identity = MailServices.accounts.createIdentity();
  identity.email = "own@hand.test";
  const account = MailServices.accounts.createAccount();
  account.addIdentity(identity);
  account.incomingServer = server;
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

// Sends from every account to itself and files a copy as its preferences say, then fetches.
async function use({ passwords, subject, ca }) {
  Services.prefs.setBoolPref("mail.biff.show_alert", false);
  if (ca) {
    Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(ca, "CT,C,C");
  }
  const said = [];
  for (const account of MailServices.accounts.accounts.filter(a => a.incomingServer.type != "none")) {
    const server = account.incomingServer;
    const password = passwords[account.defaultIdentity.email];
    server.password = password;
    const expand = async () => {
      for (let tries = 0; tries < 60 && !server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox); tries++) {
        server.performExpand(null);
        await new Promise(resolve => setTimeout(resolve, 100));
      }
    };
    await expand();
    if (server.type == "imap") {
      await new Promise(resolve => setTimeout(resolve, 500));
    }
    for (const identity of [account.defaultIdentity]) {
      const outgoing = MailServices.outgoingServer.getServerByIdentity(identity);
      outgoing.password = password;
      const text = `${subject} ${identity.email}`;
      const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
      fields.from = `${identity.fullName} <${identity.email}>`;
      fields.to = account.defaultIdentity.email;
      fields.subject = text;
      const send = Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend);
      await new Promise((resolve, reject) => send.createAndSendMessage(null, identity, account.key, fields, false, false,
        Ci.nsIMsgSend.nsMsgDeliverNow, null, "text/plain", "sent by Thunderbird\r\n", null, null, listener(resolve, reject),
        password, "", Ci.nsIMsgCompType.New));
      const seen = [];
      for (let tries = 0; tries < 50 && !seen.includes(text); tries++) {
        const inbox = server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
        await new Promise((resolve, reject) => server.type == "pop3"
          ? MailServices.pop3.GetNewMail(null, listener(resolve, reject), inbox, server)
          : inbox.QueryInterface(Ci.nsIMsgImapMailFolder).updateFolderWithListener(null, listener(resolve, reject)));
        seen.splice(0, Infinity, ...[...inbox.messages].map(m => m.mime2DecodedSubject));
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      const folders = server.rootFolder.descendants;
      const there = uri => !uri || folders.some(folder => folder.URI == uri);
      said.push({
        key: account.key, identity: identity.key, fetched: seen.includes(text), sentIsThere: !identity.doFcc || there(identity.fccFolderURI),
        draftsAreThere: there(identity.draftsFolderURI), folders: folders.map(f => f.URI),
        flags: Object.fromEntries(["SentMail", "Drafts", "Trash"].map(f => [f, folders.filter(x => x.flags & Ci.nsMsgFolderFlags[f]).map(x => x.URI)])),
      });
    }
  }
  return said;
}

(async () => {
  // Thunderbird makes its Local Folders when its window is there.
  for (let tries = 0; tries < 100; tries++) {
    if (request.values || MailServices.accounts.accounts.some(a => a.incomingServer.type == "none")) {
      break;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  if (request.values) {
    return JSON.stringify(request.values.map(read));
  }
  if (request.use) {
    return JSON.stringify(await use(request.use));
  }
  const before = shown();
  if (request.add) {
    add();
  }
  return JSON.stringify(before);
})().then(done, e => done(JSON.stringify({ error: String(e?.message ?? e), stack: String(e?.stack ?? "").split("\n").slice(0, 4) })));
