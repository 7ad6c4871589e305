# What Action Mailer understands of an initializer: app-rails.rb FILE... prints a JSON list;
# app-rails.rb --send FILE TO SUBJECT sends.
require "logger"
require "json"
require "mail"
require "action_mailer"

KNOWN = Mail::SMTP::DEFAULTS.keys

class Mailer < ActionMailer::Base
  def one(to, subject) = mail(to: to, subject: subject, body: "sent by Rails\n", content_type: "text/plain")
end

def facts(file)
  load File.expand_path(file)
  settings = ActionMailer::Base.smtp_settings
  smtp = Mail::SMTP.new(settings).send(:build_smtp_session)
  from = Mailer.one("x@example.test", "s").message[:from].addrs.first
  # The gem mail before 2.8 leaves Net::SMTP at its own default then, which is to take STARTTLS where it is offered.
  old = Gem::Version.new(Mail::VERSION.version) < Gem::Version.new("2.8")
  told = [:tls, :enable_starttls, :enable_starttls_auto].any? { |k| settings[k] != false }
  smtp.disable_starttls if old && !told
  tls = if smtp.tls? then "implicit" elsif smtp.starttls_always? then "starttls" elsif smtp.starttls? then "optional" else "none" end
  unknown = (settings.keys - KNOWN).map { |k| "no setting of the gem mail's: #{k}" }
  {
    host: smtp.address, port: smtp.port, tls: tls, user: settings[:user_name], password: settings[:password],
    from: from.address, name: from.display_name, mechanism: settings[:authentication]&.to_s&.upcase, errors: unknown
  }
end

if ARGV[0] == "--send"
  load File.expand_path(ARGV[1])
  Mailer.one(ARGV[2], ARGV[3]).deliver_now
else
  puts JSON.generate(ARGV.map { |file| facts(file) })
end
