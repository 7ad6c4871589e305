<?php
// Written by Mailwright (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => '[::1]',
  'mail_smtpport' => 2525,
  'mail_smtpsecure' => '',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'zoe@home.example',
  'mail_smtppassword' => getenv('SMTP_PASSWORD'),
  'mail_from_address' => 'zoe',
  'mail_domain' => 'home.example',
];
