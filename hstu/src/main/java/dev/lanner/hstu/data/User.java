package dev.lanner.hstu.data;

/**
 * A line of {@code users.dat}.
 *
 * @param id the external id
 * @param gender M or F
 * @param age the lower end of an age group
 * @param occupation a code, 0..20
 * @param zip the zip code
 */
public record User(int id, String gender, int age, int occupation, String zip) {}
