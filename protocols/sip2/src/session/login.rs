//! Logging in, by message 93 or by prompts: digest 9.1.

use super::terminal::{Directory, Terminal};
use super::{CloseReason, Outcome, Phase, Serving, Session, Step, prompt};
use crate::message::types::Success;
use crate::message::{Login, LoginResponse};
use std::sync::Arc;
use std::time::Duration;

impl Session {
    /// 93. A second one logs out first; same answer and time for a wrong name and a wrong password.
    pub(super) fn log_in(&mut self, login: &Login, directory: &Directory) -> Step {
        self.phase = Phase::AwaitingLogin;
        let plain = |algorithm: &str| matches!(algorithm, "0" | "");
        let readable = plain(login.uid_algorithm.as_str()) && plain(login.pwd_algorithm.as_str());
        let terminal = self.check(&login.user_id, login.password.reveal(), directory).filter(|_| readable);
        let Some(terminal) = terminal else {
            return self.log_in_failed(directory);
        };
        self.failed_logins = 0;
        self.version = 2;
        self.agreed_by_login = true;
        let location = login.location_code.clone().filter(|code| !code.is_empty());
        self.phase = Phase::Serving(Serving::new(terminal, location));
        let yes = LoginResponse {
            ok: Success(true),
            ..LoginResponse::default()
        };
        Step::Reply(self.say(yes.into(), directory))
    }

    pub(super) fn check(&self, user: &str, password: &str, directory: &Directory) -> Option<Arc<Terminal>> {
        let terminal = directory.terminal(user);
        let right = directory.password_is_right(terminal.map(Arc::as_ref), password);
        terminal.filter(|t| right && (self.admits)(&t.account)).cloned()
    }

    fn log_in_failed(&mut self, directory: &Directory) -> Step {
        self.exchange.outcome = Outcome::Refused;
        self.exchange.reason = Some("wrong_login");
        let bytes = self.say(LoginResponse::default().into(), directory);
        match self.count_failed_login(directory) {
            Some(delay) => Step::ReplyAfter(bytes, delay),
            None => Step::ReplyAndClose(bytes, CloseReason::LoginFailures),
        }
    }

    /// How long the answer to one more wrong login waits: 1, 2, 4 … seconds; `None` after too many.
    fn count_failed_login(&mut self, directory: &Directory) -> Option<Duration> {
        self.failed_logins = self.failed_logins.saturating_add(1);
        let delay = Duration::from_secs(1 << (self.failed_logins - 1).min(5));
        (self.failed_logins < directory.options.login_tries).then_some(delay)
    }

    /// A line of a telnet-style login.
    pub(super) fn prompted(&mut self, frame: &[u8], directory: &Directory) -> Step {
        let Phase::Prompting(prompt) = &mut self.phase else {
            return Step::Nothing;
        };
        self.exchange.kind = "Login";
        let charset = directory.options.charset;
        match prompt.line(frame, charset) {
            prompt::Heard::Nothing => Step::Nothing,
            prompt::Heard::User => Step::Reply(prompt::PASSWORD.to_vec()),
            prompt::Heard::Both { user, password } => match self.check(&user, password.reveal(), directory) {
                Some(terminal) => {
                    self.failed_logins = 0;
                    self.phase = Phase::Serving(Serving::new(terminal, None));
                    Step::Reply(prompt::WELCOME.to_vec())
                }
                None => {
                    self.exchange.outcome = Outcome::Refused;
                    self.exchange.reason = Some("wrong_login");
                    match self.count_failed_login(directory) {
                        Some(delay) => Step::ReplyAfter(prompt::AGAIN.to_vec(), delay),
                        None => Step::ReplyAndClose(prompt::GOODBYE.to_vec(), CloseReason::LoginFailures),
                    }
                }
            },
        }
    }
}
