<?php
// What PHP programs understand: app-php.php laravel|nextcloud FILE... prints a JSON list;
// app-php.php laravel|nextcloud --send FILE TO SUBJECT sends. With LARAVEL_ROOT the packages below that folder are used, and
// Laravel's own MailManager builds the transport; else what it does (Laravel 11 to 13) is done here with its parts.
error_reporting(E_ALL & ~E_DEPRECATED);
set_error_handler(function ($type, $text) {
    if ($type !== E_DEPRECATED && $type !== E_USER_DEPRECATED) {
        throw new RuntimeException($text);
    }
});
$root = getenv('LARAVEL_ROOT') ?: '';
$share = "$root/usr/share/php";
spl_autoload_register(function ($class) use ($share) {
    $path = str_replace('\\', '/', $class) . '.php';
    $short = preg_replace('#^Illuminate/Support/(Arr|Collection|HigherOrder\w+|Traits/EnumeratesValues|Enumerable|LazyCollection|ItemNotFound\w+|MultipleItems\w+)\b#', 'Illuminate/Collections/$1', $path);
    $more = preg_replace('#^Illuminate/Support/Traits/(Macroable)#', 'Illuminate/Macroable/Traits/$1', $path);
    $cond = preg_replace('#^Illuminate/Support/(Traits/Conditionable|HigherOrderWhenProxy)#', 'Illuminate/Conditionable/$1', $path);
    foreach ([$share, '/usr/share/php'] as $base) {
        foreach ([$path, $short, $more, $cond] as $name) {
            if (is_file("$base/$name")) {
                require_once "$base/$name";
                return;
            }
        }
    }
});
require_once '/usr/share/php/Dotenv/autoload.php';
foreach (glob("$share/Illuminate/{Collections,Support}/{helpers,functions}.php", GLOB_BRACE) as $file) {
    require_once $file;
}

// What newer PHP has by itself.
if (!function_exists('array_last')) {
    function array_last(array $a) { return $a ? end($a) : null; }
    function array_first(array $a) { return $a ? reset($a) : null; }
    function mb_ucfirst(string $s) { return mb_strtoupper(mb_substr($s, 0, 1)) . mb_substr($s, 1); }
}

use Symfony\Component\Mailer\Transport\Dsn;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransport;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransportFactory;

function laravel(string $file): array
{
    foreach (array_keys($_ENV + $_SERVER) as $name) {
        if (strncmp($name, 'MAIL_', 5) === 0 && !isset($GLOBALS['before'][$name])) {
            unset($_ENV[$name], $_SERVER[$name]);
            putenv($name);
        }
    }
    // What stands in the file counts only where the environment does not say it already.
    $asked = preg_match('/^MAIL_PASSWORD=/m', file_get_contents($file)) ? false : $GLOBALS['password'];
    putenv($asked === false ? 'MAIL_PASSWORD' : "MAIL_PASSWORD=$asked");
    unset($_ENV['MAIL_PASSWORD'], $_SERVER['MAIL_PASSWORD']);
    Illuminate\Support\Env::enablePutenv();
    Dotenv\Dotenv::create(Illuminate\Support\Env::getRepository(), dirname($file), basename($file))->load();
    $env = fn (string $name, $default = null) => Illuminate\Support\Env::get($name, $default);
    // config/mail.php of Laravel 13, and "encryption" of Laravel 10.
    $config = [
        'transport' => 'smtp', 'scheme' => $env('MAIL_SCHEME'), 'url' => $env('MAIL_URL'),
        'host' => $env('MAIL_HOST', '127.0.0.1'), 'port' => $env('MAIL_PORT', 2525),
        'username' => $env('MAIL_USERNAME'), 'password' => $env('MAIL_PASSWORD'), 'timeout' => null,
    ];
    if (getenv('LARAVEL_VERSION') === '10') {
        unset($config['scheme']);
        $config['encryption'] = $env('MAIL_ENCRYPTION', 'tls');
    }
    $errors = $env('MAIL_MAILER') === 'smtp' ? [] : ['MAIL_MAILER'];
    if (getenv('LARAVEL_ROOT')) {
        $app = new Illuminate\Container\Container();
        $app['config'] = ['mail.driver' => null, 'mail.mailers.smtp' => $config];
        $manager = new Illuminate\Mail\MailManager($app);
        $get = new ReflectionMethod($manager, 'getConfig');
        $whole = $get->invoke($manager, 'smtp');
        $transport = $manager->createSymfonyTransport($whole);
    } else {
        $whole = array_merge($config, (new Illuminate\Support\ConfigurationUrlParser())->parseConfiguration($config));
        $scheme = $whole['scheme'] ?: ($whole['port'] == 465 ? 'smtps' : 'smtp');
        $transport = (new EsmtpTransportFactory())->create(
            new Dsn($scheme, $whole['host'], $whole['username'] ?? null, $whole['password'] ?? null, $whole['port'] ?? null, $whole)
        );
    }
    $plain = ['require_tls' => $whole['require_tls'] ?? null, 'auto_tls' => $whole['auto_tls'] ?? null];
    return [$transport, $env('MAIL_FROM_ADDRESS'), $env('MAIL_FROM_NAME'), $errors, $plain];
}

function nextcloud(string $file): array
{
    $CONFIG = [];
    include $file;
    // What lib/private/Config.php does: the environment first.
    $get = fn (string $key, $default = null) => getenv("NC_$key") !== false ? getenv("NC_$key") : $CONFIG[$key] ?? $default;
    // A password in the file would be copied into config.php.
    $known = ['mail_smtpmode', 'mail_smtphost', 'mail_smtpport', 'mail_smtpsecure', 'mail_smtpauth', 'mail_smtpname',
        'mail_from_address', 'mail_domain', 'mail_smtptimeout'];
    $errors = array_map(fn ($k) => "not in config.sample.php: $k", array_values(array_diff(array_keys($CONFIG), $known)));
    // What lib/private/Mail/Mailer.php does.
    $transport = new EsmtpTransport(
        $get('mail_smtphost', '127.0.0.1'), (int) $get('mail_smtpport', 25), $get('mail_smtpsecure') === 'ssl' ? true : null
    );
    if ($get('mail_smtpauth', false)) {
        $transport->setUsername($get('mail_smtpname', ''));
        $transport->setPassword($get('mail_smtppassword', ''));
    }
    return [$transport, $get('mail_from_address') . '@' . $get('mail_domain'), null, $errors, []];
}

$GLOBALS['before'] = $_ENV + $_SERVER;
$GLOBALS['password'] = getenv('MAIL_PASSWORD');
[, $kind] = $argv;
if ($argv[2] === '--send') {
    [$transport, $from, $name] = $kind($argv[3]);
    $mail = (new Symfony\Component\Mime\Email())->from(new Symfony\Component\Mime\Address($from, $name ?? ''))
        ->to($argv[4])->subject($argv[5])->text("sent by $kind\n");
    (new Symfony\Component\Mailer\Mailer($transport))->send($mail);
    exit(0);
}
$all = [];
foreach (array_slice($argv, 2) as $file) {
    [$transport, $from, $name, $errors, $plain] = $kind($file);
    $stream = $transport->getStream();
    $strict = method_exists($transport, 'isTlsRequired') ? $transport->isTlsRequired() : ($plain['require_tls'] ?? false) === true;
    $never = method_exists($transport, 'isAutoTls') ? !$transport->isAutoTls() : ($plain['auto_tls'] ?? true) === false;
    $all[] = [
        'host' => $stream->getHost(), 'port' => $stream->getPort(),
        'tls' => $stream->isTLS() ? 'implicit' : ($strict ? 'starttls' : ($never ? 'none' : 'optional')),
        'user' => $transport->getUsername() ?: null, 'password' => $transport->getPassword() ?: null,
        'from' => $from, 'name' => $name, 'mechanism' => null, 'errors' => $errors,
    ];
}
echo json_encode($all, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
