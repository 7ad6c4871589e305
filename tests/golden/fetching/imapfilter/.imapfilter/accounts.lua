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

makers["percent"] = function()
  return IMAP {
    server = "imap.percent.example",
    port = 993,
    ssl = "auto",
    username = "ada@percent.example",
    password = password(first_line("pass show mail/percent")),
  }
end

makers["plain"] = function()
  return IMAP {
    server = "::1",
    port = 1144,
    username = "ada@plain.example",
    password = password(first_line("pass show mail/plain")),
  }
end

makers["spanish"] = function()
  return IMAP {
    server = "imap.gmail.com",
    port = 993,
    ssl = "auto",
    username = "ada@gmail.com",
    password = password(first_line("pass show mail/spanish")),
  }
end

makers["blanks"] = function()
  return IMAP {
    server = "imap.blanks.example",
    port = 993,
    ssl = "auto",
    username = "Ada Lovelace (100%)",
    password = password(first_line("pass show mail/blanks")),
  }
end

makers["umlaut"] = function()
  return IMAP {
    server = "imap.umlaut.example",
    port = 993,
    ssl = "auto",
    username = "ädä",
    password = password(first_line("printf '%s\\n' 'pass%word//x/../y/'")),
  }
end

makers["dollar"] = function()
  return IMAP {
    server = "imap.dollar.example",
    port = 993,
    ssl = "auto",
    username = "ada@dollar.example",
    password = password(first_line("pass show mail/dollar")),
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
