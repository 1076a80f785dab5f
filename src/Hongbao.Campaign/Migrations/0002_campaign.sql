create table campaigns (
  campaign_id bigint primary key,
  slot int not null,
  app text not null,
  name text not null,
  currency text not null,
  -- The most that is ever issued; while the campaign is no draft finance holds it.
  budget bigint not null check (budget >= 1),
  -- 1 draft, 2 scheduled, 4 paused, 5 ended; that it runs is told by the clock
  state smallint not null check (state in (1, 2, 4, 5)),
  -- Rises with every change: processes see by it that they must read again.
  version bigint not null,
  starts_at bigint not null,
  ends_at bigint not null,
  per_user_limit int not null check (per_user_limit >= 1),
  token_ttl_seconds int not null,
  pass_ppb bigint not null,
  pacing_first int not null,
  pacing_full int not null,
  jitter_ms int not null,
  -- Why its budget is not held, when finance refused.
  trouble text,
  created_at bigint not null,
  updated_at bigint not null,
  check (starts_at < ends_at)
)
---
create index campaigns_of_app on campaigns (app, campaign_id)
---
create table rounds (
  campaign_id bigint not null,
  round int not null check (round >= 1),
  starts_at bigint not null,
  ends_at bigint not null,
  --sqlite: secret blob not null,
  --postgres: secret bytea not null,
  secret_hash text not null,
  primary key (campaign_id, round),
  check (starts_at < ends_at)
)
---
create table prizes (
  campaign_id bigint not null,
  prize int not null check (prize >= 1),
  amount bigint not null check (amount >= 1),
  quantity bigint not null check (quantity >= 0),
  chance_ppb bigint not null check (chance_ppb between 0 and 1000000000),
  primary key (campaign_id, prize),
  check ((quantity = 0) <> (chance_ppb = 0))
)
---
-- The money of one round: one pool for each prize that goes by quantity, and pool 0 for all that go by chance.
create table pools (
  campaign_id bigint not null,
  round int not null,
  prize int not null,
  planned bigint not null,
  -- What chunks have: I25 holds by these two lines and the chunks' own.
  allocated bigint not null default 0,
  primary key (campaign_id, round, prize),
  check (allocated between 0 and planned)
)
---
-- What one process may issue of a pool without asking. Its holder alone adds to issued, and only at the epoch that it was given.
create table chunks (
  campaign_id bigint not null,
  round int not null,
  prize int not null,
  holder text not null,
  epoch bigint not null,
  -- 1 open, 2 closed
  state smallint not null check (state in (1, 2)),
  size bigint not null,
  issued bigint not null default 0,
  -- The round's end: nothing is issued after it.
  closes_at bigint not null,
  lease_until bigint not null,
  primary key (campaign_id, round, prize, holder),
  check (issued between 0 and size),
  check (state = 1 or issued = size)
  --sqlite: )
  --postgres: ) with (fillfactor = 50)
---
create index chunks_open on chunks (state, lease_until)
---
-- What became of those who could win: a row for each, won or lost. By construction one for a user, campaign and round.
create table draws (
  uid bigint not null,
  campaign_id bigint not null,
  round int not null,
  slot int not null,
  app text not null,
  -- 0 for a loss
  amount bigint not null check (amount >= 0),
  -- The pool that paid.
  prize int not null,
  win_no bigint,
  -- Which win of the user in the campaign it is, where that is limited; otherwise 0.
  nth int not null,
  key_id text,
  drawn_at bigint not null,
  expires_at bigint,
  primary key (uid, campaign_id, round),
  check ((amount > 0) = (win_no is not null)),
  check ((amount > 0) = (expires_at is not null))
)
---
create unique index draws_wins on draws (win_no) where win_no is not null
---
create unique index draws_nth on draws (uid, campaign_id, nth) where nth > 0
---
-- What finance is asked to put aside or to give back, each with its own number.
create table budget_orders (
  order_no bigint primary key,
  slot int not null,
  app text not null,
  campaign_id bigint not null,
  -- 1 hold, 2 release
  kind smallint not null check (kind in (1, 2)),
  amount bigint not null check (amount >= 1),
  currency text not null,
  -- 1 pending, 2 succeeded, 3 refused
  state smallint not null check (state between 1 and 3),
  reason text,
  created_at bigint not null,
  updated_at bigint not null
)
---
create index budget_orders_of_campaign on budget_orders (campaign_id, order_no)
---
-- Who changed what, and why.
create table campaign_log (
  --sqlite: id integer primary key autoincrement,
  --postgres: id bigint generated always as identity primary key,
  campaign_id bigint not null,
  at bigint not null,
  uid bigint not null,
  action text not null,
  reason text not null
)
---
create index campaign_log_of_campaign on campaign_log (campaign_id, id)
