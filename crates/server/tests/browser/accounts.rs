//! Looking after accounts.

use crate::driver::Browser;
use crate::harness::Home;
use crate::people::{PASSWORD, register, staffed};

#[tokio::test]
async fn somebody_is_found_by_what_is_known_of_them() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    for account in ["张三丰", "李四光", "13900139009", "wangwu@example.com"] {
        register(&server.client, account).await;
    }
    let Some(browser) = Browser::at(&server, "accounts-search").await else {
        return;
    };
    browser.enter_console("guanli").await;
    browser.click("账号").await;
    browser.sees("李四光").await;
    browser.check_page().await;
    browser.picture("list").await;
    for (typed, found, not_found) in [
        ("三丰", "张三丰", "李四光"),
        ("9009", "139****9009", "张三丰"),
        ("wangwu@example", "@example.com", "张三丰"),
    ] {
        browser.fill("搜索", typed).await;
        browser.ceases_to_see(not_found).await;
        browser.sees(found).await;
    }
    browser.does_not_see("13900139009").await;
    browser.picture("found").await;

    browser.open("/console/accounts").await;
    browser.choose("角色", "审计员").await;
    browser.ceases_to_see("张三丰").await;
    browser.sees("shenji").await;
    browser.fill("搜索", "没有这个人").await;
    browser.sees("没有符合条件的账号").await;
    browser.check_page().await;
    browser.close().await;
}

#[tokio::test]
async fn an_account_is_looked_at_revealed_and_edited() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    register(&server.client, "13900139009").await;
    let Some(browser) = Browser::at(&server, "account-edit").await else {
        return;
    };
    browser.enter_console("guanli").await;
    browser.open("/console/accounts?q=9009").await;
    browser.click("新用户").await;
    browser.sees("登录方式").await;
    browser.does_not_see("13900139009").await;
    browser.check_page().await;
    browser.picture("account").await;
    browser.click("显示完整联系方式").await;
    browser.confirm().await;
    browser.sees("13900139009").await;
    browser.sees("审计日志").await;
    browser.check_page().await;
    browser.picture("revealed").await;

    browser.click("编辑").await;
    browser.fill("昵称", "张无忌").await;
    browser.check_page().await;
    browser.click("保存").await;
    browser.sees("已保存。").await;
    browser.sees("张无忌").await;
    browser.check_page().await;
    browser.picture("edited").await;
    browser.close().await;
}

#[tokio::test]
async fn roles_are_given_by_root_who_shows_the_password_again() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let id = register(&server.client, "zhangsan").await;
    let Some(browser) = Browser::at(&server, "account-role").await else {
        return;
    };
    browser.enter_console("laoban").await;
    browser.open(&format!("/console/accounts/{id}")).await;
    browser.choose("角色", "审计员").await;
    browser.click("授予角色").await;
    browser.check_page().await;
    browser.picture("confirm").await;
    browser.fill("密码", "another password").await;
    browser.click("继续").await;
    browser.sees("账号或密码错误").await;
    browser.confirm().await;
    browser.sees("已保存").await;
    assert_eq!(browser.value("角色").await, "auditor");

    // Within ten minutes nobody asks again.
    browser.click("禁用账号").await;
    browser.sees("已禁用。").await;
    browser.picture("disabled").await;
    browser.click("启用账号").await;
    browser.sees("已启用。").await;
    browser.click("删除账号").await;
    browser.agree().await;
    browser.sees("已删除。").await;
    browser.does_not_see("zhangsan").await;
    browser.close().await;
}

#[tokio::test]
async fn many_are_disabled_at_once() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    for account in ["zhangsan", "lisi", "wangwu"] {
        register(&server.client, account).await;
    }
    let Some(browser) = Browser::at(&server, "accounts-bulk").await else {
        return;
    };
    browser.enter_console("guanli").await;
    browser.open("/console/accounts").await;
    browser.tick("全选").await;
    browser.click("禁用").await;
    // An administrator reaches neither themself nor those above.
    browser.sees("未完成： 2").await;
    browser.sees("已完成： 4").await;
    browser.check_page().await;
    browser.picture("told").await;
    browser.click("返回列表").await;
    browser.choose("状态", "已禁用").await;
    browser.ceases_to_see("laoban").await;
    for account in ["zhangsan", "lisi", "wangwu"] {
        browser.sees(account).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn a_new_account_comes_with_a_password_to_hand_over() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let Some(browser) = Browser::at(&server, "account-new").await else {
        return;
    };
    browser.enter_console("guanli").await;
    browser.open("/console/accounts").await;
    browser.click("新建账号").await;
    browser.check_page().await;
    browser.fill("用户名", "laoban").await;
    browser.click("创建").await;
    browser.sees("用户名已被占用").await;
    browser.fill("用户名", "xiaoli").await;
    browser.fill("初始密码", PASSWORD).await;
    browser.click("创建").await;
    browser.sees("xiaoli").await;
    browser.check_page().await;
    browser.picture("created").await;
    let entered = server
        .client
        .post_json(
            "/user/login",
            &serde_json::json!({ "account": "xiaoli", "password": PASSWORD }),
        )
        .await;
    assert_eq!(entered.code(), 200, "{}", entered.text());
    browser.close().await;
}

#[tokio::test]
async fn an_auditor_looks_and_does_nothing() {
    let mut home = Home::new();
    let server = staffed(&mut home).await;
    let id = register(&server.client, "13900139009").await;
    let Some(browser) = Browser::at(&server, "account-auditor").await else {
        return;
    };
    browser.enter_console("shenji").await;
    browser.open(&format!("/console/accounts/{id}")).await;
    browser.sees("139****9009").await;
    for action in ["显示完整联系方式", "编辑", "授予角色", "禁用账号", "删除账号"] {
        assert!(!browser.offers(action).await, "{action}");
    }
    browser.open("/console/accounts/new").await;
    browser.sees("您的角色不允许").await;
    browser.picture("refused").await;
    browser.close().await;
}
