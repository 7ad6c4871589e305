//! A talk in which nothing is said twice, for what is tried again and again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::Talk;
use crate::problem::{Problem, Sources};

/// Passes on what has not been said yet.
pub(super) struct News {
    talk: Arc<dyn Talk>,
    said: Mutex<HashSet<String>>,
}

impl News {
    pub fn new(talk: Arc<dyn Talk>) -> News {
        News { talk, said: Mutex::default() }
    }

    fn is_news(&self, words: String) -> bool {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(words)
    }
}

impl Talk for News {
    fn say(&self, line: &str) {
        if self.is_news(line.to_owned()) {
            self.talk.say(line);
        }
    }

    fn problems(&self, problems: &[Problem], sources: &Sources) {
        let news: Vec<Problem> = problems.iter().filter(|p| self.is_news(sources.draw(p, false))).cloned().collect();
        if !news.is_empty() {
            self.talk.problems(&news, sources);
        }
    }
}
