-- Written by Mailwright (imapfilter). Changes made here are lost: your own lines go into config.lua, which begins with
--   mail = dofile(os.getenv("HOME") .. "/.imapfilter/accounts.lua")
-- and uses mail["NAME"] as an account. No server is asked, and no command run, before its account is used.

local makers = {}

-- The first line that a command prints.
local function first_line(command)
  local status, text = pipe_from(command)
  if status ~= 0 then
    error("this command failed: " .. command, 0)
  end
  return (text:match("^[^\r\n]*"))
end

-- imapfilter puts a backslash before a quote in a password, and forgets the one before a backslash.
local function password(text)
  return (text:gsub("\\", "\\\\"))
end

makers["pass"] = function()
  return IMAP {
    server = "posteo.de",
    port = 993,
    ssl = "auto",
    username = "ada@posteo.de",
    password = password(first_line("pass show mail/pass")),
  }
end

makers["gopass"] = function()
  return IMAP {
    server = "imap.mailbox.org",
    port = 993,
    ssl = "auto",
    username = "ada@mailbox.org",
    password = password(first_line("gopass show --password \"mail/it's\"")),
  }
end

makers["gpg"] = function()
  return IMAP {
    server = "imap.fastmail.com",
    port = 993,
    ssl = "auto",
    username = "ada@fastmail.com",
    password = password(first_line("gpg --quiet --batch --decrypt ~/'secrets/my mail.gpg'")),
  }
end

makers["sops"] = function()
  return IMAP {
    server = "mail.runbox.com",
    port = 993,
    ssl = "auto",
    username = "ada",
    password = password(first_line("sops --decrypt --extract '[\"mail\"][\"runbox\"]' /etc/secrets.yaml")),
  }
end

makers["mac"] = function()
  return IMAP {
    server = "imap.mail.me.com",
    port = 993,
    ssl = "auto",
    username = "ada",
    password = password(first_line("secret-tool lookup service mail user ada")),
  }
end

makers["onepassword"] = function()
  return IMAP {
    server = "imap.gmx.net",
    port = 993,
    ssl = "auto",
    username = "ada@gmx.de",
    password = password(first_line("op read 'op://Private/GMX mail/password'")),
  }
end

return setmetatable({}, {
  __index = function(mail, name)
    local make = makers[name]
    if not make then
      error("there is no account " .. tostring(name), 2)
    end
    local account = make()
    rawset(mail, name, account)
    return account
  end,
})
