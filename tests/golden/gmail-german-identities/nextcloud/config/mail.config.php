<?php
// Written by Mailwright (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => 'smtp.gmail.com',
  'mail_smtpport' => 465,
  'mail_smtpsecure' => 'ssl',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'me@gmail.com',
  'mail_smtppassword' => getenv('SMTP_PASSWORD'),
  'mail_from_address' => 'me',
  'mail_domain' => 'gmail.com',
];
