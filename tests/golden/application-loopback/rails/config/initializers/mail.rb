# Written by Mailwright (rails). Changes made here are lost: your own lines go into the option extra.
ActiveSupport.on_load(:action_mailer) do
  self.smtp_settings = {
    address: "::1",
    port: 2525,
    tls: false,
    enable_starttls: false,
    enable_starttls_auto: false,
    openssl_verify_mode: "peer"
  }
  default from: "\"O'Neil, \\\"The\\\" {{Relay}} %(x)s\" <o'neil+{{x}}@example.test>"
end
