//! A simulated stretch of time at several counters, by seed: lost answers, resends, repeats, off-line terminals, undoing,
//! pauses, parallel holds, payments, jumps in time, over two processes on one store. After each step all that must always hold
//! is looked at. A failure prints its seed; `SKRANKE_SIM_SEED` and `SKRANKE_SIM_STEPS` play it again.

mod checks;
mod dice;
mod requests;
mod world;

use dice::Dice;
use skranke_core::desk::{Command, Reply, Request, ResendKey};
use skranke_core::ids::HoldId;
use skranke_core::memory_store::State;
use skranke_core::ports::{Change, Decided, Need, PatronRef, Plan, Store};
use skranke_core::time::Date;
use std::sync::Arc;
use std::time::Duration;
use world::World;

/// Seeds of an ordinary test run.
const SEEDS: std::ops::Range<u64> = 1..7;
/// Steps of each.
const STEPS: u64 = 400;

#[tokio::test]
async fn whatever_happens_at_the_counters_the_invariants_hold() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let steps = number("SKRANKE_SIM_STEPS").unwrap_or(STEPS);
    let seeds = match number("SKRANKE_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => SEEDS,
    };
    let mut tally = Tally::default();
    for seed in seeds {
        let mut simulation = Simulation::new(seed).await;
        for step in 0..steps {
            if let Err(why) = simulation.step().await {
                let last = simulation.log.len().saturating_sub(25);
                panic!(
                    "SKRANKE_SIM_SEED={seed} SKRANKE_SIM_STEPS={} fails: {why}\n{}",
                    step + 1,
                    simulation.log[last..].join("\n")
                );
            }
        }
        tally.add(&simulation.tally);
    }
    tally.assert_everything_happened();
}

/// How often what happened: a simulation in which nothing succeeds proves nothing.
#[derive(Debug, Default)]
struct Tally {
    done: std::collections::BTreeMap<&'static str, u32>,
}

impl Tally {
    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        for (what, count) in &other.done {
            *self.done.entry(what).or_default() += count;
        }
    }

    fn assert_everything_happened(&self) {
        for what in [
            "check_out",
            "check_in",
            "caught",
            "fee",
            "renew",
            "renew_all",
            "hold",
            "parallel",
            "cancel",
            "change_hold",
            "pay",
            "block",
            "enable",
            "resend",
            "off_line",
            "off_line_repeat",
            "undo_check_out",
            "undo_check_in",
            "pause",
            "end_holds",
            "wrong_pin",
        ] {
            assert!(self.done.contains_key(what), "{what} never succeeded: {:?}", self.done);
        }
        if std::env::var("SKRANKE_SIM_SEED").is_ok() {
            println!("{:?}", self.done);
        }
    }
}

struct Simulation {
    dice: Dice,
    world: World,
    /// What was asked last and answered as done.
    sent: Vec<(Request, Reply)>,
    asked: u64,
    log: Vec<String>,
    tally: Tally,
}

impl Simulation {
    async fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            world: World::new().await,
            sent: Vec::new(),
            asked: 0,
            log: Vec::new(),
            tally: Tally::default(),
        }
    }

    async fn step(&mut self) -> Result<(), String> {
        match self.dice.below(100) {
            0..=9 => self.time_passes(),
            10..=19 => self.resend().await?,
            20..=26 => self.check_out_and_undo().await?,
            27..=33 => self.check_in_and_undo().await?,
            34..=37 => self.off_line_twice().await?,
            38 => self.pause().await?,
            42..=43 => self.housekeep().await?,
            39..=41 => self.settle().await?,
            _ => {
                let command = requests::any(&mut self.dice, &self.world);
                let actor = self.dice.one_of(&self.world.actors).clone();
                self.ask(command, &actor).await?;
            }
        }
        checks::all(&mut self.dice, &self.world).await
    }

    /// Mostly a moment, sometimes days.
    fn time_passes(&mut self) {
        let seconds = match self.dice.below(20) {
            0..=11 => self.dice.below(90),
            12..=16 => 3_600 * self.dice.below(12),
            17..=18 => 86_400 * (1 + self.dice.below(9)),
            _ => 86_400 * (20 + self.dice.below(20)),
        };
        self.world.now += i64::try_from(seconds).unwrap();
        self.log.push(format!("… {seconds} s pass"));
    }

    /// Sends a command to one of the two processes, under a key of its own.
    async fn ask(&mut self, command: Command, actor: &Arc<skranke_core::desk::Actor>) -> Result<Reply, String> {
        self.asked += 1;
        let request = Request {
            actor: Arc::clone(actor),
            command,
            at: self.world.time(),
            resend: vec![ResendKey {
                key: format!("r{}", self.asked),
                window: Duration::from_secs(60),
            }],
        };
        let before = checks::pin_failures(&self.world);
        let reply = self.perform(&request).await?;
        if checks::pin_failures(&self.world) > before {
            self.tally.count("wrong_pin");
        }
        requests::count(&request.command, &reply, &mut self.tally);
        if self.remembers(&request) {
            self.sent.push((request, reply.clone()));
        }
        Ok(reply)
    }

    async fn perform(&mut self, request: &Request) -> Result<Reply, String> {
        self.log
            .push(format!("{} {} {:?}", request.at, request.actor.terminal, request.command));
        let reply = self.dice.one_of(&self.world.desks).perform(request.clone()).await;
        let reply = reply.map_err(|fault| fault.to_string())?;
        self.log.push(format!("    {}", checks::short(&reply)));
        Ok(reply)
    }

    fn remembers(&self, request: &Request) -> bool {
        self.world
            .store
            .inspect(|state| request.resend.iter().all(|key| state.memories.contains_key(&key.key)))
    }

    /// The answer was lost: the same again, from the same terminal, over any process, gets the same answer and changes nothing.
    async fn resend(&mut self) -> Result<(), String> {
        let now = self.world.time();
        self.sent.retain(|(request, _)| now.duration_since(request.at).as_secs() < 60);
        if self.sent.is_empty() {
            return Ok(());
        }
        let (mut request, first) = self.dice.one_of(&self.sent).clone();
        request.at = now;
        let before = self.world.store.inspect(kept);
        let again = self.perform(&request).await?;
        if self.world.store.inspect(kept) != before {
            return Err("a resend changed something".to_owned());
        }
        if format!("{first:?}") != format!("{again:?}") {
            return Err(format!("a resend was answered otherwise: {first:?}"));
        }
        self.tally.count("resend");
        Ok(())
    }

    /// The device failed after we lent: then nothing was lent.
    async fn check_out_and_undo(&mut self) -> Result<(), String> {
        let before = self.world.store.inspect(undoable);
        let actor = self.dice.one_of(&self.world.actors).clone();
        let (command, item) = requests::check_out(&mut self.dice, &self.world);
        let Reply::CheckOut(answer) = self.ask(command, &actor).await? else {
            return Err("not an answer to a check-out".to_owned());
        };
        if answer.result.is_err() || !self.dice.often() {
            return Ok(());
        }
        let Reply::CheckIn(undone) = self.ask(Command::UndoCheckOut { item }, &actor).await? else {
            return Err("not an answer to an undo".to_owned());
        };
        undone.result.map_err(|why| format!("cannot be undone: {why:?}"))?;
        self.tally.count("undo_check_out");
        same(&before, &self.world.store.inspect(undoable))
    }

    /// The device failed after we took back: then nothing was taken back.
    async fn check_in_and_undo(&mut self) -> Result<(), String> {
        let before = self.world.store.inspect(undoable);
        let actor = self.dice.one_of(&self.world.actors).clone();
        let Some((command, item, who)) = requests::check_in_of_a_loan(&mut self.dice, &self.world) else {
            return Ok(());
        };
        let Reply::CheckIn(answer) = self.ask(command, &actor).await? else {
            return Err("not an answer to a check-in".to_owned());
        };
        if answer.result.is_err() || !self.dice.often() {
            return Ok(());
        }
        let Reply::CheckOut(undone) = self.ask(Command::UndoCheckIn { item, who }, &actor).await? else {
            return Err("not an answer to an undo".to_owned());
        };
        undone.result.map_err(|why| format!("cannot be undone: {why:?}"))?;
        self.tally.count("undo_check_in");
        same(&before, &self.world.store.inspect(undoable))
    }

    /// A terminal that was off-line tells of a loan, and later of the same again.
    async fn off_line_twice(&mut self) -> Result<(), String> {
        let actor = self.dice.one_of(&self.world.actors).clone();
        let command = requests::off_line_check_out(&mut self.dice, &self.world);
        let Reply::CheckOut(first) = self.ask(command.clone(), &actor).await? else {
            return Err("not an answer to a check-out".to_owned());
        };
        if first.result.is_err() {
            return Ok(());
        }
        self.tally.count("off_line");
        let loans = |state: &State| (state.open_loans.clone(), state.closed_loans.len(), state.fees.clone());
        let before = self.world.store.inspect(loans);
        let Reply::CheckOut(second) = self.ask(command, &actor).await? else {
            return Err("not an answer to a check-out".to_owned());
        };
        if second.result.is_err() || self.world.store.inspect(loans) != before {
            return Err("the same off-line loan told again is not harmless".to_owned());
        }
        self.tally.count("off_line_repeat");
        Ok(())
    }

    /// What is over ends, and nothing else.
    async fn housekeep(&mut self) -> Result<(), String> {
        let now = self.world.time();
        let before = self.world.store.inspect(|state| state.holds.len());
        let ended = self.dice.one_of(&self.world.desks).end_holds(now).await;
        let ended = ended.map_err(|fault| fault.to_string())?;
        let after = self.world.store.inspect(|state| state.holds.len());
        self.log.push(format!("{ended} holds end"));
        if after + usize::try_from(ended).unwrap() != before {
            return Err(format!("{before} holds, {ended} ended, {after} are left"));
        }
        let left = self.world.store.holds_over(self.world.today(), now, HoldId(0), 10).await;
        if left.is_ok_and(|left| !left.is_empty()) {
            return Err("a hold whose time is over is left".to_owned());
        }
        if ended > 0 {
            self.tally.count("end_holds");
        }
        Ok(())
    }

    /// A patron comes to the desk and puts everything right, so that life goes on.
    async fn settle(&mut self) -> Result<(), String> {
        let patron = requests::patron_id(&mut self.dice, &self.world);
        let desk = Arc::clone(self.world.staff());
        self.ask(requests::pay_all(&self.world, patron), &desk).await?;
        self.ask(requests::enable(patron), &desk).await?;
        Ok(())
    }

    /// A patron pauses his holds, or goes on: his places stay.
    async fn pause(&mut self) -> Result<(), String> {
        let patron = requests::patron_id(&mut self.dice, &self.world);
        let today: Date = self.world.today();
        let pause = self.dice.often().then(|| (today, today.saturating_add(jiff::Span::new().days(5))));
        let need = Need {
            at: self.world.time(),
            patron: vec![PatronRef::Id(patron)],
            ..Need::default()
        };
        let channel = self.world.actors[0].channel();
        let at = self.world.time();
        self.log.push(format!("{patron} pauses {pause:?}"));
        let decide = move |facts: &skranke_core::ports::Facts| {
            let mut row = facts.patron.as_ref().map(|found| found.patron.clone());
            if let Some(row) = &mut row {
                row.pause = pause;
            }
            Decided {
                plan: Plan {
                    changes: row.into_iter().map(Change::Patron).collect(),
                    channel: channel.clone(),
                    at,
                },
                outcome: (),
            }
        };
        self.world.store.commit(need, decide).await.map_err(|fault| fault.to_string())?;
        // It happened past the desks, as in another process.
        for desk in &self.world.desks {
            desk.follow().await.map_err(|fault| fault.to_string())?;
        }
        self.tally.count("pause");
        Ok(())
    }
}

/// What a resend must leave as it is: everything but failed PINs.
fn kept(state: &State) -> String {
    let mut state = state.clone();
    state.pin_failures.clear();
    format!("{:?}", comparable(&state)) + &format!("{:?} {:?} {}", state.notes, state.memories, state.ledger.len())
}

/// What undoing must bring back.
fn undoable(state: &State) -> Vec<String> {
    comparable(state)
}

fn comparable(state: &State) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    all.extend(state.items.values().map(|row| format!("{row:?}")));
    all.extend(state.open_loans.values().map(|row| format!("{row:?}")));
    all.extend(state.closed_loans.values().map(|row| format!("{row:?}")));
    all.extend(state.holds.values().map(|row| format!("{row:?}")));
    all.extend(state.fees.values().map(|row| format!("{row:?}")));
    all.extend(state.patrons.values().map(|row| format!("{:?}", row.blocks)));
    all
}

fn same(before: &[String], after: &[String]) -> Result<(), String> {
    let gone: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
    let new: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    Err(format!("not as before:\n  was {gone:#?}\n  is {new:#?}"))
}
