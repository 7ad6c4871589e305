;; {{ mark|safe }} (mu). Changes made here are lost: your own lines go into the option extra. -*- coding: utf-8; lexical-binding: t -*-

{% include "emacs-mail.el" %}

;; mu4e: a context for every address.
(declare-function make-mu4e-context "mu4e-context")
(declare-function mu4e-message-contact-field-matches "mu4e-message")
(declare-function mu4e-message-field "mu4e-message")

(defun mailwright-mu4e-match (folder address others)
  "A function that knows mail below FOLDER, to ADDRESS if that is one, and to none of OTHERS."
  (let* ((exactly (lambda (a) (concat "\\`" (regexp-quote a) "\\'")))
         (to (lambda (msg all)
               (and all (mu4e-message-contact-field-matches msg '(:to :cc) (mapcar exactly all))))))
    (lambda (msg)
      (when msg
        (and (string-prefix-p (concat folder "/") (concat (mu4e-message-field msg :maildir) "/"))
             (if address (funcall to msg (list address)) (not (funcall to msg others))))))))

(defun mailwright-no-archive (_msg)
  "For accounts without a folder to refile into."
  (user-error "The account has no archive folder"))

(with-eval-after-load 'mu4e
  (setq mu4e-get-mail-command {{ fetch|el }}
        ;; mbsync needs another name in another folder.
        mu4e-change-filenames-when-moving t
        mu4e-context-policy 'pick-first
        mu4e-compose-context-policy 'ask-if-none
        mu4e-contexts
        (list
{%- for context in contexts %}
         (make-mu4e-context
          :name {{ context.name|el }}
          :match-func (mailwright-mu4e-match {{ context.folder|el }} {% if let Some(to) = context.to %}{{ to|el }}{% else %}nil{% endif %}
                                             '({% for other in context.others %}{{ other|el }}{% if !loop.last %} {% endif %}{% endfor %}))
          :vars
          `((user-mail-address . {{ context.address|el }})
            (user-full-name . {% if let Some(name) = context.full_name %}{{ name|el }}{% else %}""{% endif %})
            (mu4e-sent-folder . {{ context.sent|el }})
            (mu4e-drafts-folder . {{ context.drafts|el }})
            (mu4e-trash-folder . {{ context.trash|el }})
            (mu4e-refile-folder . {% if let Some(archive) = context.archive %}{{ archive|el }}{% else %}mailwright-no-archive{% endif %})
            (mu4e-sent-messages-behavior . {% if context.save_sent %}sent{% else %}delete{% endif %})
{%- for variable in ["message-signature", "mu4e-compose-signature"] %}
            ({{ variable }} . {% if let Some(signature) = context.signature %}{% if let Some(text) = signature.text %}{{ text|el }}{% endif %}{% if let Some(path) = signature.file %},(lambda () (mailwright-signature #'mailwright-file {{ path|el }})){% endif %}{% if let Some(line) = signature.command %},(lambda () (mailwright-signature #'mailwright-output {{ line|el }})){% endif %}{% else %}nil{% endif %})
{%- endfor %}))
{%- endfor %})))
{%- if let Some(extra) = extra %}

{{ extra|verbatim }}
{%- endif %}

(provide 'mailwright-mu4e)

