"""Real services: who offers what, where, for whom; read from HSDS, with what HSDS lacks beside it.

Open Referral HSDS 3.1, https://docs.openreferral.org/en/3.1/ (CC BY-SA 4.0; none of its files is copied here).
"""
