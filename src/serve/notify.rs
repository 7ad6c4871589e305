//! systemd's notification protocol (sd_notify(3)): a datagram to the socket that `NOTIFY_SOCKET` names. Without one,
//! nothing happens.

#[cfg(target_os = "linux")]
use std::os::linux::net::SocketAddrExt;
#[cfg(target_os = "linux")]
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The server answers.
pub(super) fn ready() {
    tell("READY=1");
}

/// The server ends.
pub(super) fn stopping() {
    tell("STOPPING=1");
}

/// What `systemctl status` shows.
pub(super) fn status(words: &str) {
    tell(&format!("STATUS={words}"));
}

fn tell(message: &str) {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let address = SocketAddr::from_pathname(&name);
    #[cfg(target_os = "linux")]
    let address = match name.as_bytes() {
        [b'@', rest @ ..] => SocketAddr::from_abstract_name(rest),
        _ => address,
    };
    // Nobody listens: the service runs all the same.
    if let (Ok(address), Ok(socket)) = (address, UnixDatagram::unbound()) {
        let _ = socket.send_to_addr(message.as_bytes(), &address);
    }
}
