-- Payouts of reward money that users asked for: pending (1), succeeded (2), failed (3).
create table withdrawals (
  --sqlite: withdrawal_no integer primary key,
  --postgres: withdrawal_no bigint primary key,
  slot int not null,
  app text not null,
  uid bigint not null check (uid >= 1),
  amount bigint not null check (amount >= 1),
  currency text not null,
  state smallint not null check (state in (1, 2, 3)),
  created_at bigint not null,
  updated_at bigint not null
  --sqlite: )
  --postgres: ) with (fillfactor = 60)
---
create index withdrawals_user on withdrawals (app, uid, withdrawal_no)
---
-- What a user asked for on a business day; one row makes his withdrawals wait for each other.
create table withdrawn_days (
  app text not null,
  uid bigint not null,
  currency text not null,
  day_from bigint not null,
  slot int not null,
  withdrawals int not null,
  amount bigint not null check (amount >= 0),
  primary key (app, uid, currency, day_from)
)
---
create index withdrawn_days_age on withdrawn_days (day_from)
