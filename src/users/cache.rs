//! What was answered lately, known and unknown users alike; bounded, and small.
//!
//! Two generations: a full young one becomes the old one, and the old one goes. What is asked for again is young again, so
//! that a flood of addresses which nobody has cannot drive out those that are asked for. It has no clock and no lock.

use std::collections::HashMap;
use std::fmt;

use crate::account::{Address, Text};

/// Answers by address, each until a time of the caller's clock.
pub struct Cache {
    young: HashMap<Box<str>, Entry>,
    old: HashMap<Box<str>, Entry>,
    /// How many a generation holds.
    most: usize,
}

struct Entry {
    login: Option<Box<str>>,
    until: u64,
}

impl Cache {
    /// One that never holds more than `most` answers; 100,000 of them take some 12 MB.
    pub fn new(most: usize) -> Cache {
        Cache { young: HashMap::new(), old: HashMap::new(), most: (most / 2).max(1) }
    }

    /// What is known about an address at this time.
    pub fn get(&mut self, address: &Address, now: u64) -> Option<Option<Text>> {
        let key = address.as_str();
        if let Some((key, entry)) = self.old.remove_entry(key)
            && entry.until > now
        {
            self.make_room();
            self.young.entry(key).or_insert(entry);
        }
        let entry = self.young.get(key).filter(|e| e.until > now)?;
        Some(entry.login.as_deref().and_then(|l| Text::new(l).ok()))
    }

    /// Remembers an answer until a time.
    pub fn put(&mut self, address: &Address, login: Option<&Text>, until: u64) {
        self.old.remove(address.as_str());
        self.make_room();
        self.young.insert(address.as_str().into(), Entry { login: login.map(|l| l.as_str().into()), until });
    }

    fn make_room(&mut self) {
        if self.young.len() >= self.most {
            // Cleared, not dropped: its memory is used again.
            self.old.clear();
            std::mem::swap(&mut self.young, &mut self.old);
        }
    }

    /// How many answers it holds.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for Cache {
    /// Its size alone: addresses are not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} answers)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: usize) -> Address {
        Address::parse(&format!("user{n}@example.org")).expect("address")
    }

    #[test]
    fn known_and_unknown_users_are_remembered_alike_and_for_a_time() {
        let mut cache = Cache::new(10);
        let login = Text::new("u1").expect("text");
        cache.put(&address(1), Some(&login), 5);
        cache.put(&address(2), None, 5);
        assert_eq!(cache.get(&address(1), 4), Some(Some(login)));
        assert_eq!(cache.get(&address(2), 4), Some(None));
        assert_eq!(cache.get(&address(3), 4), None);
        assert_eq!((cache.get(&address(1), 5), cache.get(&address(2), 5)), (None, None));
    }

    #[test]
    fn a_flood_drives_out_nobody_who_is_asked_for() {
        let mut cache = Cache::new(100);
        cache.put(&address(0), None, 9);
        for n in 1..100_000 {
            cache.put(&address(n), None, 9);
            assert!(cache.len() <= 100);
            if n % 20 == 0 {
                assert_eq!(cache.get(&address(0), 1), Some(None), "after {n}");
            }
        }
        assert_eq!(cache.get(&address(1), 1), None);
    }
}
