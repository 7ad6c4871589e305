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

makers["ada@analytical.example"] = function()
  return IMAP {
    server = "imap.analytical.example",
    port = 993,
    ssl = "auto",
    username = "ada@analytical.example",
  }
end

makers["gmail"] = function()
  return IMAP {
    server = "imap.gmail.com",
    port = 993,
    ssl = "auto",
    username = "ada@gmail.com",
  }
end

makers["posteo"] = function()
  return IMAP {
    server = "posteo.de",
    port = 993,
    ssl = "auto",
    username = "ada@posteo.de",
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
