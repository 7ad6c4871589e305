<?php
// Written by Mailwright (nextcloud). Changes made here are lost: your own lines go into the option extra.
$CONFIG = [
  'mail_smtpmode' => 'smtp',
  'mail_smtphost' => 'smtp.gmail.com',
  'mail_smtpport' => 465,
  'mail_smtpsecure' => 'ssl',
  'mail_smtpauth' => true,
  'mail_smtpname' => 'me@gmail.com',
  // mail_smtppassword comes from NC_mail_smtppassword in the environment. Here Nextcloud would copy it into config.php.
  'mail_from_address' => 'me',
  'mail_domain' => 'gmail.com',
];
