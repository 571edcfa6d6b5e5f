//! `observed`: a bank, observed with existing crates: spans with `tracing`, metrics for Prometheus,
//! and a snapshot. It runs in a simulation, so that all times are reproducible.

use actor_core::prelude::*;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::time::Duration;
use tracing_subscriber::fmt::format::FmtSpan;

#[actor]
struct Account {
    balance: u64,
}

#[actor]
impl Account {
    async fn withdraw(&mut self, amount: u64) -> Result<(), String> {
        actor_core::time::sleep(Duration::from_millis(20)).await; // a disk
        self.balance = self.balance.checked_sub(amount).ok_or("not enough money")?;
        Ok(())
    }

    fn deposit(&mut self, amount: u64) {
        assert!(amount > 0, "a deposit of zero");
        self.balance += amount;
    }
}

#[actor]
struct Teller {
    from: AccountAddr,
    to: AccountAddr,
}

#[actor]
impl Teller {
    /// A nested call: the spans nest. The span of a send follows from this one.
    async fn transfer(&mut self, amount: u64) -> Result<(), CallError> {
        if self.from.withdraw(amount).await?.is_ok() {
            self.to.deposit(amount).send().await?;
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let metrics = PrometheusBuilder::new().install_recorder()?;
    tracing_subscriber::fmt()
        .without_time()
        .with_ansi(false)
        .with_level(false)
        .with_span_events(FmtSpan::NEW)
        .init();

    let system = System::simulation(1);
    system.block_on(async {
        let (from, to) = (Account { balance: 50 }.spawn(), Account { balance: 0 }.spawn());
        let teller = Teller { from: from.clone(), to: to.clone() }.spawn();
        for amount in [30, 30, 0] {
            let _deposited = teller.transfer(amount).await?;
        }
        let exit = to.downgrade().join().await;
        println!("{exit}");

        from.withdraw(5).send().await.map_err(CallError::from)?;
        from.withdraw(5).send().await.map_err(CallError::from)?;
        actor_core::time::sleep(Duration::from_millis(10)).await;
        print!("{}", system.snapshot());
        from.stop();
        from.join().await;
        Ok::<(), CallError>(())
    })?;

    let text = metrics.render();
    let is_told = |line: &&str| line.contains("_total{") || line.contains("_sum");
    let mut lines: Vec<_> = text.lines().filter(is_told).collect();
    lines.sort_unstable();
    println!("{}", lines.join("\n"));
    Ok(())
}
