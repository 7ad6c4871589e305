#!/usr/bin/env python3
"""mailserver-config.py DIR HOST: writes the configuration of mailserver.sh's daemons.

The daemons see DIR as /mnt. Reads DIR/users.tsv (LOGIN TAB PASSWORD TAB LAYOUT, and if wanted TAB the other addresses
that the user may send from, with blanks between; where LOGIN is no address, they are the user's own); writes
DIR/dovecot and DIR/postfix.
"""
import base64, os, sys

DIR, HOST = sys.argv[1:3]
TOKEN = "ya29.lab-token"

# LAYOUT: separator, prefix, {mailbox: special use}
LAYOUTS = {
    "plain": ("/", "", {"Sent": "Sent", "Drafts": "Drafts", "Trash": "Trash", "Junk": "Junk",
                        "Archive": "Archive"}),
    "cpanel": (".", "INBOX.", {"INBOX.Sent": "Sent", "INBOX.Drafts": "Drafts", "INBOX.Trash": "Trash",
                               "INBOX.spam": "Junk", "INBOX.Archive": "Archive"}),
    "gmail": ("/", "", {"[Gmail]/Sent Mail": "Sent", "[Gmail]/Drafts": "Drafts", "[Gmail]/Trash": "Trash",
                        "[Gmail]/Spam": "Junk", "[Gmail]/All Mail": "All", "[Gmail]/Starred": "Flagged"}),
    # An old German account; Dovecot wants the names as people read them.
    "gmail-german": ("/", "", {"[Google Mail]/Gesendet": "Sent", "[Google Mail]/Entwürfe": "Drafts",
                               "[Google Mail]/Papierkorb": "Trash", "[Google Mail]/Spam": "Junk",
                               "[Google Mail]/Alle Nachrichten": "All", "[Google Mail]/Markiert": "Flagged"}),
}


def write(name, text):
    path = os.path.join(DIR, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    if name.startswith("postfix/"):
        os.utime(path, (0, 0))  # Postfix waits two seconds for a main.cf that has just been written


imap, imaps, pop3, pop3s, submission, submissions = 143, 993, 110, 995, 587, 465

with open(os.path.join(DIR, "users.tsv"), encoding="utf-8") as f:
    users = [(line.rstrip("\n") + "\t").split("\t")[:4] for line in f if line.strip()]

# --- Dovecot -----------------------------------------------------------------------------------

conf = f"""
protocols = imap pop3
base_dir = /mnt/dovecot/run
state_dir = /mnt/dovecot/run
log_path = /mnt/dovecot.log
listen = {HOST}
login_greeting = lab ready.
# sent: the login as the client wrote it
login_log_format_elements = user=<%u> sent=<%{{orig_user}}> method=%m rip=%r %c
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_username_format = %Lu
auth_username_chars =
# Gmail takes recent:LOGIN over POP3; a colon cannot stand in a passwd-file, so it is read as a tilde.
auth_username_translation = :~
disable_plaintext_auth = yes
ssl = required
ssl_cert = </mnt/ca/server.pem
ssl_key = </mnt/ca/server.key
ssl_min_protocol = TLSv1.2
mail_location = maildir:/mnt/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
mail_max_userip_connections = 0

service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
# No growing delay after wrong passwords.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener auth-postfix {{
    mode = 0666
  }}
}}

# Passwords for PLAIN and LOGIN, then an app password typed with its spaces;
# a bearer token for XOAUTH2 and OAUTHBEARER.
passdb {{
  driver = passwd-file
  args = username_format=%u /mnt/dovecot/passwords
  mechanisms = plain login
  result_failure = continue
}}
passdb {{
  driver = passwd-file
  args = username_format=%u /mnt/dovecot/app-passwords
  mechanisms = plain login
}}
passdb {{
  driver = passwd-file
  args = username_format=%u /mnt/dovecot/tokens
  mechanisms = xoauth2 oauthbearer
}}
userdb {{
  driver = passwd-file
  args = username_format=%u /mnt/dovecot/passwords
}}
"""
for name, (separator, prefix, boxes) in LAYOUTS.items():
    conf += f"namespace {name} {{\n  disabled = yes\n  separator = {separator}\n  prefix = {prefix}\n"
    for box, use in boxes.items():
        conf += f'  mailbox "{box[len(prefix):]}" {{\n    auto = subscribe\n    special_use = \\{use}\n  }}\n'
    conf += "}\n"
write("dovecot/dovecot.conf", conf)


def secret(text):
    return "{PLAIN.b64}" + base64.b64encode(text.encode()).decode()


passwords, app_passwords, tokens = [], [], []
for login, password, layout, _ in users:
    # The user's own namespace is switched on here.
    passwords.append(f"{login}:{secret(password)}::::::"
                     f"userdb_namespace/{layout}/disabled=no userdb_namespace/{layout}/inbox=yes\n")
    tokens.append(f"{login}:{secret(TOKEN)}::::::\n")
    if layout.startswith("gmail"):
        passwords.append(f"recent~{login}:{secret(password)}::::::user={login}\n")
        tokens.append(f"recent~{login}:{secret(TOKEN)}::::::user={login}\n")
    if layout.startswith("gmail"):
        # Google shows an app password in groups of four and takes it with and without the spaces.
        groups = " ".join(password[i:i + 4] for i in range(0, len(password), 4))
        app_passwords.append(f"{login}:{secret(groups)}::::::\n")
write("dovecot/passwords", "".join(passwords))
write("dovecot/app-passwords", "".join(app_passwords))
write("dovecot/tokens", "".join(tokens))

# --- Postfix -----------------------------------------------------------------------------------

write("postfix/main.cf", """
compatibility_level = 3.6
queue_directory = /mnt/spool
data_directory = /mnt/spool-data
daemon_directory = /usr/lib/postfix/sbin
maillog_file = /mnt/postfix.log
maillog_file_prefixes = /mnt
myhostname = smtp.example.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks =
alias_maps =
alias_database =
smtpd_tls_cert_file = /mnt/ca/server.pem
smtpd_tls_key_file = /mnt/ca/server.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_sasl_auth_enable = yes
smtpd_sasl_authenticated_header = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = /mnt/dovecot/run/auth-postfix
smtpd_sasl_security_options = noanonymous
smtpd_error_sleep_time = 0
smtpd_peername_lookup = no
# Who has not logged in may not send; who has may only send as himself (+tag allowed).
smtpd_client_restrictions = permit_sasl_authenticated,
  check_client_access static:{530 5.7.0 Authentication Required}
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_sender_login_maps = regexp:/mnt/postfix/senders
smtpd_relay_restrictions = permit_sasl_authenticated, reject
# Mail for the lab's domains goes to its users; any other mail goes to the user "outside", never out.
virtual_mailbox_domains = texthash:/mnt/postfix/domains
virtual_mailbox_maps = texthash:/mnt/postfix/mailboxes, regexp:/mnt/postfix/outside
virtual_mailbox_base = /mnt/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:8
virtual_gid_maps = static:8
default_transport = virtual
sender_bcc_maps = texthash:/mnt/postfix/sender-bcc
recipient_bcc_maps = texthash:/mnt/postfix/recipient-bcc
""")
write("postfix/master.cf", f"""
{HOST}:{submission} inet n - n - - smtpd -o syslog_name=postfix/submission
{HOST}:{submissions} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o syslog_name=postfix/submissions
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""")
mailboxes, sender_bcc, recipient_bcc, domains, senders = [], [], [], set(), []
for login, _, layout, also in users:
    local, _, domain = login.partition("@")
    own = [login] if domain else also.split()
    domains |= {address.partition("@")[2] for address in own}
    mailboxes += [f"{address} {login}/\n" for address in own]
    senders += [f"/^{address.replace('.', '[.]').replace('+', '[+]')}$/ {login}\n" for address in also.split()]
    if layout.startswith("gmail"):  # Gmail files a copy of what was sent and received by itself.
        sent, everything = ("." + name.replace("/", ".") for use in ("Sent", "All")
                            for name, its_use in LAYOUTS[layout][2].items() if its_use == use)
        sender_bcc += [f"{address} {local}+lab-sent@{domain}\n" for address in [login, *also.split()]]
        recipient_bcc.append(f"{login} {local}+lab-all@{domain}\n")
        mailboxes.append(f"{local}+lab-sent@{domain} {login}/{sent}/\n")
        mailboxes.append(f"{local}+lab-all@{domain} {login}/{everything}/\n")
write("postfix/mailboxes", "".join(mailboxes))
write("postfix/sender-bcc", "".join(sender_bcc))
write("postfix/recipient-bcc", "".join(recipient_bcc))
write("postfix/domains", "".join(f"{d} OK\n" for d in sorted(domains)))
write("postfix/outside", "!/@(%s)$/ outside/\n" % "|".join(d.replace(".", "\\.") for d in sorted(domains)))
write("postfix/senders", "".join(senders) + "/^([^@+]+)(\\+[^@]*)?(@.*)$/ $1$3\n")
