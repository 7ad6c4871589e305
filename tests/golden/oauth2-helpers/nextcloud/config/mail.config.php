<?php
// Written by Mailwright (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => 'localhost',
  'mail_smtpport' => 2465,
  'mail_smtpsecure' => '',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'ada@gmail.com',
  'mail_smtppassword' => getenv('SMTP_PASSWORD'),
  'mail_from_address' => 'ada',
  'mail_domain' => 'gmail.com',
];
