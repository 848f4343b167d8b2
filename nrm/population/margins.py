"""How often each thing was observed among the 91,043 records of CTDC's Global Synthetic Dataset 2025.

Counted in the 0/1 recoding of that release, column by column: `ctdc_synthetic_2025_recoded.csv`, which is not part of
this project (a test counts it again where it is present). They are counts of records of assistance in the countries
where CTDC's partners work, and no estimate of how many people are trafficked (codebook, section 4).

Source: Counter-Trafficking Data Collaborative (CTDC), Global Synthetic Dataset 2025 and its codebook of February 2024;
https://www.ctdatacollaborative.org/page/global-synthetic-dataset
"""

from __future__ import annotations

RECORDS = 91_043

AGE_BANDS = {
    "0-8": 1_570,
    "9-17": 14_507,
    "18-20": 5_774,
    "21-23": 4_563,
    "24-26": 3_632,
    "27-29": 2_853,
    "30-38": 5_956,
    "39-47": 2_908,
    "48+": 1_817,
}
"""`Age Band` 1 to 9; the other 47,463 records have none."""

CHILD_BANDS = ("0-8", "9-17")

WOMEN = 70_453
"""`Woman`."""

TRANS_OR_NON_CONFORMING = 271
"""`Trans/NonConforming`; nobody is marked in both columns."""

CITIZENS = 10_304
"""`Is Citizen of Country`; of the others the recoding does not tell foreigners from those of whom nothing is known."""

VARIABLES = {
    "meansDebtBondageEarnings": 14_520,
    "meansThreats": 22_252,
    "meansAbusePsyPhySex": 26_993,
    "meansFalsePromises": 4_948,
    "meansDrugsAlcohol": 10_006,
    "meansDenyBasicNeeds": 19_209,
    "meansExcessiveWorkHours": 5_602,
    "meansWithholdDocs": 4_156,
    "isForcedLabour": 23_682,
    "isSexualExploit": 72_490,
    "recruiterRelationIntimatePartner": 7_131,
    "recruiterRelationFriend": 2_515,
    "recruiterRelationFamily": 6_970,
    "recruiterRelationOther": 11_014,
}
"""Variables of the codebook that are 1 or missing: means of control, forms of exploitation, recruiters.

The vocabulary names under each code the variable that holds it (`ctdc:`), so no second table is kept here.
"""

OTHERS_KNOWN = 0.5
"""Made-up: the share of people of whom a fact without a published margin is known."""

CODES_OF_KNOWN = 0.2
"""Made-up: the share of those people of whom one code of such a fact was observed."""
