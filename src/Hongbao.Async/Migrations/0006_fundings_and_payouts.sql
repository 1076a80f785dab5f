-- Whose money it is: 0 where the packet's sender paid.
alter table transfers add column campaign_id bigint not null default 0
---
-- Transfers whose packet has no funding yet; gone once the funding has its end. Small, as due is, and with no state of its own.
create table awaiting_funding (
  packet_no bigint not null,
  transfer_no bigint not null,
  slot int not null,
  primary key (packet_no, transfer_no)
)
---
create table fundings (
  -- The owner's number: one funding a packet.
  --sqlite: packet_no integer primary key,
  --postgres: packet_no bigint primary key,
  slot int not null,
  app text not null,
  campaign_id bigint not null check (campaign_id >= 1),
  external_no text not null,
  uid bigint not null,
  amount bigint not null check (amount >= 1),
  currency text not null,
  issued_at bigint not null,
  expires_at bigint not null,
  -- when the campaign said that the win is its own; finance hears of none before
  verified_at bigint,
  -- 1 pending, 2 succeeded, 3 failed
  state smallint not null check (state between 1 and 3),
  reason text,
  created_at bigint not null,
  updated_at bigint not null,
  -- A win funds one packet, whatever asks for it.
  unique (app, external_no)
)
---
--postgres: alter table fundings set (fillfactor = 50)
---
create table payouts (
  -- The owner's number: one payout a withdrawal.
  --sqlite: withdrawal_no integer primary key,
  --postgres: withdrawal_no bigint primary key,
  slot int not null,
  app text not null,
  uid bigint not null,
  amount bigint not null check (amount >= 1),
  currency text not null,
  -- 1 pending, 2 succeeded, 3 failed
  state smallint not null check (state between 1 and 3),
  reason text,
  created_at bigint not null,
  updated_at bigint not null
)
---
--postgres: alter table payouts set (fillfactor = 50)
---
-- Refunds to campaigns, and those of packets that were never funded: state 6, void.
--sqlite: create table refunds_to_campaigns (
--sqlite:   refund_no bigint primary key,
--sqlite:   slot int not null,
--sqlite:   app text not null,
--sqlite:   cause smallint not null check (cause between 1 and 3),
--sqlite:   cause_no bigint not null,
--sqlite:   packet_no bigint not null,
--sqlite:   pay_order_no bigint not null,
--sqlite:   uid bigint not null,
--sqlite:   amount bigint not null check (amount >= 1),
--sqlite:   currency text not null,
--sqlite:   state smallint not null check (state in (1, 2, 4, 5, 6)),
--sqlite:   reason text,
--sqlite:   created_at bigint not null,
--sqlite:   updated_at bigint not null,
--sqlite:   campaign_id bigint not null default 0,
--sqlite:   unique (cause, cause_no)
--sqlite: )
---
--sqlite: insert into refunds_to_campaigns
--sqlite: select refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, reason, created_at, updated_at, 0 from refunds order by refund_no
---
--sqlite: drop table refunds
---
--sqlite: alter table refunds_to_campaigns rename to refunds
---
--sqlite: create index refunds_packet on refunds (packet_no)
---
--postgres: alter table refunds add column campaign_id bigint not null default 0
---
--postgres: alter table refunds drop constraint refunds_state_check
---
--postgres: alter table refunds add constraint refunds_state_check check (state in (1, 2, 4, 5, 6))
