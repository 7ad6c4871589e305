;; {{ mark|safe }} (emacs). Changes made here are lost: your own lines go into the option extra. -*- coding: utf-8; lexical-binding: t -*-

{% include "emacs-mail.el" %}
{%- if !boxes.is_empty() %}

;; Gnus: every account by IMAP.
(defvar gnus-select-method)
(defvar gnus-secondary-select-methods nil)
(defvar gnus-posting-styles nil)
(unless (boundp 'gnus-select-method)
  (setq gnus-select-method '(nnnil "")))
(setq gnus-secondary-select-methods
      (append
       '(
{%- for mailbox in boxes %}
         (nnimap {{ mailbox.name|el }}
                 (nnimap-address {{ mailbox.host|el }})
                 (nnimap-server-port {{ mailbox.port }})
                 (nnimap-stream {{ mailbox.stream }})
{%- if let Some(user) = mailbox.user %}
                 (nnimap-user {{ user|el }})
{%- endif %}
{%- if let Some(word) = mailbox.authenticator %}
                 (nnimap-authenticator {{ word|word }})
{%- endif %})
{%- endfor %})
       gnus-secondary-select-methods))

;; Who writes, by the group that is open and by whom a mail was written to.
(setq gnus-posting-styles
      (append
       `(
{%- for style in styles %}
         ({% if style.header %}(header "to" {{ style.pattern|el }}){% else %}{{ style.pattern|el }}{% endif %}
          (address {{ style.address|el }})
{%- if let Some(name) = style.name %}
          (name {{ name|el }})
{%- endif %}
{%- if let Some(group) = style.gcc %}
          (gcc {{ group|el }})
{%- endif %}
{%- if let Some(signature) = style.signature %}
          (signature {% if let Some(text) = signature.text %}{{ text|el }}{% endif %}{% if let Some(path) = signature.file %},(lambda () (mailwright-signature #'mailwright-file {{ path|el }})){% endif %}{% if let Some(line) = signature.command %},(lambda () (mailwright-signature #'mailwright-output {{ line|el }})){% endif %})
{%- endif %})
{%- endfor %})
       gnus-posting-styles))
{%- if oauth2 %}

;; Emacs 28 breaks a long token into lines, which no server takes.
(defvar nnimap-authenticator)
(declare-function nnimap-capability "nnimap")
(declare-function nnimap-command "nnimap")
(defun mailwright-nnimap-login (login user password)
  "LOGIN as USER, where PASSWORD may be a token."
  (if (and (eq nnimap-authenticator 'xoauth2) (nnimap-capability "AUTH=XOAUTH2"))
      (nnimap-command "AUTHENTICATE XOAUTH2 %s"
                      (base64-encode-string
                       (encode-coding-string (concat "user=" user "\1auth=Bearer " password "\1\1") 'utf-8 t) t))
    (funcall login user password)))
(with-eval-after-load 'nnimap
  (advice-add 'nnimap-login :around #'mailwright-nnimap-login))
{%- endif %}
{%- endif %}
{%- if let Some(extra) = extra %}

{{ extra|verbatim }}
{%- endif %}

(provide 'mailwright)

