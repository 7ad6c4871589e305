# Written by Mailwright (rails). Changes made here are lost: your own lines go into the option extra.
ActiveSupport.on_load(:action_mailer) do
  self.smtp_settings = {
    address: "127.0.0.1",
    port: 1025,
    user_name: "ada@contoso.example",
    password: ENV["SMTP_PASSWORD"],
    authentication: :plain,
    tls: false,
    enable_starttls: false,
    enable_starttls_auto: false,
    openssl_verify_mode: "peer"
  }
  default from: "ada@contoso.example"
end
