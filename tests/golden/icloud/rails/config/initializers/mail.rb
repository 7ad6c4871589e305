# Written by Mailwright (rails). Changes made here are lost: your own lines go into the option extra.
ActiveSupport.on_load(:action_mailer) do
  self.smtp_settings = {
    address: "smtp.mail.me.com",
    port: 587,
    user_name: "ada.lovelace@icloud.com",
    password: ENV["SMTP_PASSWORD"],
    authentication: :plain,
    tls: false,
    enable_starttls: true,
    enable_starttls_auto: false,
    openssl_verify_mode: "peer"
  }
  default from: "\"Ada Lovelace\" <ada.lovelace@icloud.com>"
end
