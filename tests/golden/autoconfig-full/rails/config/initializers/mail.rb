# Written by Mailwright (rails). Changes made here are lost: your own lines go into the option extra.
ActiveSupport.on_load(:action_mailer) do
  self.smtp_settings = {
    address: "smtp.analytical.example",
    port: 465,
    user_name: "ada@analytical.example",
    password: ENV["SMTP_PASSWORD"],
    authentication: :plain,
    tls: true,
    enable_starttls: false,
    enable_starttls_auto: false,
    openssl_verify_mode: "peer"
  }
  default from: "ada@analytical.example"
end
