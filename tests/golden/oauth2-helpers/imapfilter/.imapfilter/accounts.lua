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

makers["oama"] = function()
  return IMAP {
    server = "imap.gmail.com",
    port = 993,
    ssl = "auto",
    username = "me@gmail.com",
    oauth2 = first_line("t=$(oama access me@gmail.com | head -n 1) && printf 'user=me@gmail.com\\001auth=Bearer %s\\001\\001' \"$t\" | base64 | tr -d '\\n'"),
  }
end

makers["script"] = function()
  return IMAP {
    server = "outlook.office365.com",
    port = 993,
    ssl = "auto",
    username = "ada@outlook.com",
    oauth2 = first_line("t=$(mutt_oauth2.py ~/.tokens/script | head -n 1) && printf 'user=ada@outlook.com\\001auth=Bearer %s\\001\\001' \"$t\" | base64 | tr -d '\\n'"),
  }
end

makers["pizauth"] = function()
  return IMAP {
    server = "outlook.office365.com",
    port = 993,
    ssl = "auto",
    username = "ada@contoso.example",
    oauth2 = first_line("t=$(pizauth show work | head -n 1) && printf 'user=ada@contoso.example\\001auth=Bearer %s\\001\\001' \"$t\" | base64 | tr -d '\\n'"),
  }
end

makers["proxied"] = function()
  return IMAP {
    server = "localhost",
    port = 2993,
    username = "ada@gmail.com",
    password = password(first_line("pass show proxy")),
  }
end

makers["davmail"] = function()
  return IMAP {
    server = "localhost",
    port = 1143,
    username = "ada@engines.example",
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
