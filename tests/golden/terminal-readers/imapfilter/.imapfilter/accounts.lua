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

makers["home"] = function()
  return IMAP {
    server = "imap.analytical.example",
    port = 993,
    ssl = "auto",
    username = "ada@analytical.example",
    password = password(first_line("pass show mail/home # the first line")),
  }
end

makers["relay"] = function()
  return IMAP {
    server = "imap.engines.example",
    port = 993,
    ssl = "auto",
    username = "relay@engines.example",
    password = password(first_line("pass show mail/relay # the first line")),
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
