;;; What Emacs understood of a file of ours, and its mail programs at work. -*- lexical-binding: t; coding: utf-8 -*-

(require 'cl-lib)
(require 'json)
(require 'gnus)
(require 'gnus-msg)
(require 'nnimap)

(defvar mailwright-logins)
(defun lab-job (variables file function)
  "Load FILE with these environment VARIABLES, as if Emacs had just started, and call FUNCTION."
  (setq gnus-secondary-select-methods nil
        gnus-posting-styles nil
        mailwright-logins nil)
  (dolist (variable variables)
    (setenv (car variable) (cdr variable)))
  (condition-case problem
      (progn (setq mailwright-logins nil) (load file nil t t) (funcall function))
    (error (lab-print (list (cons 'failed (error-message-string problem))))))
  (lab-print "end"))

;; As if Gnus had been started.
(setq gnus-newsrc-hashtb (make-hash-table :test #'equal)
      gnus-active-hashtb (make-hash-table :test #'equal)
      gnus-message-highlight-citation nil)
(global-font-lock-mode -1)

(defun lab-plain (value)
  "VALUE as text, whether it is one, bytes, a symbol or a number."
  (cond ((null value) "")
        ((stringp value) (if (multibyte-string-p value) value (decode-coding-string value 'utf-8)))
        (t (format "%s" value))))

(defun lab-print (value)
  "Print VALUE as JSON on a line of its own."
  (princ (concat (json-encode value) "\n")))

(defmacro lab-try (&rest body)
  "The value of BODY, or the error as text."
  `(condition-case problem (progn ,@body) (error (concat "error: " (error-message-string problem)))))

(defun lab-message (from &optional to subject)
  "Make this buffer a message from FROM to TO about SUBJECT, ready to send."
  (erase-buffer)
  (insert "From: " from "\nTo: " (or to "x@example.test") "\nSubject: " (or subject "x") "\n"
          mail-header-separator "\nsent by smtpmail\n")
  (message-mode)
  (setq-local message-interactive t))

(defun lab-sender (from)
  "How a message from FROM would be sent."
  (with-temp-buffer
    (lab-message from)
    (let (seen)
      (cl-letf (((symbol-function 'smtpmail-send-it)
                 (lambda ()
                   (let* ((found (and smtpmail-auth-supported
                                      (car (auth-source-search :host smtpmail-smtp-server
                                                               :port (format "%s" smtpmail-smtp-service)
                                                               :user smtpmail-smtp-user :max 1))))
                          (secret (plist-get found :secret)))
                     (setq seen (list (cons 'host (lab-plain smtpmail-smtp-server))
                                      (cons 'port smtpmail-smtp-service)
                                      (cons 'stream (lab-plain smtpmail-stream-type))
                                      (cons 'user (lab-plain smtpmail-smtp-user))
                                      (cons 'auth (mapconcat #'symbol-name smtpmail-auth-supported " "))
                                      (cons 'login (lab-plain (plist-get found :user)))
                                      (cons 'secret (lab-plain (if (functionp secret)
                                                                   (lab-try (funcall secret))
                                                                 secret)))))))))
        (lab-try (funcall message-send-mail-function) nil))
      (mailwright-before-sending)
      (append seen
              (list (cons 'replyTo (lab-plain (message-field-value "Reply-To")))
                    (cons 'secure (progn (goto-char (point-min))
                                         (if (re-search-forward "^<#secure \\(.*\\)>" nil t) (match-string 1) "")))
                    (cons 'key (lab-plain (car (if (equal (plist-get (cdr (mailwright--person)) :by) "smime")
                                                   mml-secure-smime-signers
                                                 mml-secure-openpgp-signers)))))))))

(defun lab-mailbox (method)
  "What nnimap understands of a METHOD of Gnus."
  ;; It remembers what it was told of a name.
  (nnoo-change-server 'nnimap (symbol-name (gensym (nth 1 method))) (cddr method))
  (let* ((found (car (auth-source-search :host (list (nth 1 method) nnimap-address)
                                         :port (list nnimap-server-port (if (eq nnimap-stream 'ssl) "imaps" "imap"))
                                         :user nnimap-user :require '(:user :secret) :max 1)))
         (secret (plist-get found :secret)))
    (list (cons 'host nnimap-address) (cons 'port nnimap-server-port) (cons 'stream (lab-plain nnimap-stream))
          (cons 'user (lab-plain nnimap-user)) (cons 'auth (lab-plain nnimap-authenticator))
          (cons 'login (lab-plain (plist-get found :user)))
          (cons 'secret (lab-plain (if secret (lab-try (funcall secret))))))))

(defun lab-draft (group to)
  "What a new mail has that is written in GROUP, to TO."
  (let ((gnus-newsgroup-name group) (message-setup-hook nil) result)
    (save-window-excursion
      (gnus-setup-message 'message (message-mail to "x"))
      (setq result (list (cons 'from (lab-plain (message-field-value "From")))
                         (cons 'gcc (lab-plain (message-field-value "Gcc")))
                         (cons 'body (progn (message-goto-body) (buffer-substring-no-properties (point) (point-max))))))
      (set-buffer-modified-p nil)
      (kill-buffer))
    result))

(defun lab-send (from to subject)
  "Send a message from FROM to TO about SUBJECT; t, or the error."
  (with-temp-buffer
    (lab-message from to subject)
    (lab-try (let ((message-confirm-send nil)) (message-send)) t)))

(defun lab-fetch (name subject)
  "Whether there is mail about SUBJECT in the inbox of the account NAME."
  (require 'nnimap)
  (let ((method (cl-find name gnus-secondary-select-methods :key #'cadr :test #'equal)))
    (lab-try
     (unless (nnimap-open-server name (cddr method))
       (error "%s" (nnheader-get-report 'nnimap)))
     (with-current-buffer (nnimap-buffer)
       (nnimap-command "SELECT INBOX")
       (let ((found (nnimap-command "SEARCH SUBJECT %S" subject)))
         (and (car found) (cl-some (lambda (line) (and (equal (car line) "SEARCH") (cdr line))) (cdr found)) t))))))

(defun lab-context (maildir address)
  "What mu4e's context for mail in MAILDIR to ADDRESS sets."
  (defvar mu4e-contexts)
  (let* ((msg (list :maildir maildir :to (list (list :email address))))
         (context (mu4e-context-determine msg 'pick-first)))
    (mu4e-context-switch t (mu4e-context-name context))
    (list (cons 'context (mu4e-context-name context))
          (cons 'address user-mail-address)
          (cons 'name user-full-name)
          (cons 'sent (symbol-value 'mu4e-sent-folder))
          (cons 'drafts (symbol-value 'mu4e-drafts-folder))
          (cons 'trash (symbol-value 'mu4e-trash-folder))
          (cons 'refile (lab-plain (symbol-value 'mu4e-refile-folder)))
          (cons 'sending (lab-plain (symbol-value 'mu4e-sent-messages-behavior)))
          (cons 'signature (lab-plain (if (functionp message-signature)
                                          (funcall message-signature)
                                        message-signature))))))

(defun lab-texts ()
  "The texts of a file of ours with one account."
  (let ((style (cdr (car gnus-posting-styles))))
    (list (cons 'name user-full-name)
          (cons 'style (cadr (assq 'name style)))
          (cons 'signature (cadr (assq 'signature style)))
          (cons 'gcc (cadr (assq 'gcc style)))
          (cons 'key (plist-get (cdr (car (symbol-value 'mailwright-people))) :key))
          (cons 'counts (list (length (symbol-value 'mailwright-people))
                              (length (symbol-value 'mailwright-logins))
                              (length gnus-secondary-select-methods))))))
